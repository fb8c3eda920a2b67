// SPDX-License-Identifier: BSD-3-Clause
// The loop of the control thread: epoll over descriptors and timers, each with a subscriber.
//
// All calls, and all subscribers, are on the thread that runs the loop. A subscriber may add and remove
// subscriptions, its own included: one that was removed is not called again, not even for what epoll has
// already reported.
#pragma once

#include <stdint.h>

#include <heartline/error.h>

#define CONTROL_SOURCES_MAX 64

struct control_loop;

int control_loop_new(struct control_loop **loop, struct hl_error *err);

// Timers are closed with the loop, descriptors are not: they stay the caller's.
void control_loop_free(struct control_loop *loop);

// Call `ready` with what epoll reports of a descriptor: any of `events` (EPOLLIN, EPOLLOUT), and always
// EPOLLERR and EPOLLHUP. After a hang-up or an error with nothing left to read there is no more to wait
// for: that call is the last one, and the subscription is over.
// @return the subscription, above 0; -ENOSPC with CONTROL_SOURCES_MAX subscriptions; what epoll says
int control_loop_add_fd(struct control_loop *loop, int fd, uint32_t events,
			void (*ready)(void *context, uint32_t events), void *context,
			struct hl_error *err);

// Call `due` when a timer expires; it does not run before control_loop_set_timer(). A timer that expired
// several times since its last call is called once.
// @return as control_loop_add_fd()
int control_loop_add_timer(struct control_loop *loop, void (*due)(void *context), void *context,
			   struct hl_error *err);

// Let a timer expire after so long, and then with this period (0: once). after_ns 0: stop it.
void control_loop_set_timer(struct control_loop *loop, int timer, uint64_t after_ns,
			    uint64_t every_ns);

// End a subscription. One that is over already, or 0, is no error.
void control_loop_remove(struct control_loop *loop, int subscription);

// Wait and call subscribers, until one of them calls control_loop_stop().
void control_loop_run(struct control_loop *loop);
void control_loop_stop(struct control_loop *loop);
