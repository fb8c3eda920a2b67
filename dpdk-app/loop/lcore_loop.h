// SPDX-License-Identifier: BSD-3-Clause
// The poll loop of an lcore: it polls its queues in turn until it is told to quit.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <pthread.h>

#include "loop/queue_context.h"

#define LCORE_LOOPS_MAX 64
#define LCORE_LOOP_QUEUES 2

struct lcore_loop {
	unsigned lcore;
	unsigned n_queues;
	struct queue_context *queues[LCORE_LOOP_QUEUES];
	bool idle_sleep; // sleep when there is nothing to do (idle.h)
	bool launched;
	_Atomic bool quit;            // writer: control
	_Atomic bool running;         // `thread` is valid
	_Atomic uint64_t beats;       // polls
	_Atomic uint64_t busy_ns;     // time in rounds that had something to do; writer: the loop
	pthread_t thread;             // of the loop, for wakes
	uint64_t seen_beats, seen_ns; // control's, to notice a loop that hangs
	uint64_t turned_ns;           // control's: when it was last seen to turn
	uint64_t stalls;              // control's: how often it hung
};

// The lcores besides the main one; the main one when it is alone. Returns how many.
unsigned lcore_loop_lcores(unsigned lcores[LCORE_LOOPS_MAX]);

// Poll until `quit` is set; this is the function that an lcore is launched with.
int lcore_loop_run(void *loop);

// Start a loop on its lcore, and stop it.
int lcore_loop_launch(struct lcore_loop *loop, struct hl_error *err);
void lcore_loop_stop(struct lcore_loop *loop);

// Wake the loop if it hangs in a system call of its driver: af_packet waits without a time-out when
// its ring is full. The control thread calls this often.
void lcore_loop_watch(struct lcore_loop *loop, uint64_t now_ns);
