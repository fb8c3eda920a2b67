// SPDX-License-Identifier: BSD-3-Clause
// A table of subscriptions over epoll. A subscription's number holds its slot and how often that slot was
// taken before, so that a report for an old one is known from one for its successor.

#include "base/control_loop.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/timerfd.h>

#define EVENTS_AT_ONCE 16
#define SLOT_BITS 8
#define GENERATION_MAX 0x7fffff // with the slot, a positive int
#define SECOND_NS 1000000000ull

static_assert(CONTROL_SOURCES_MAX <= 1 << SLOT_BITS, "a slot fits the subscription's number");

struct source {
	int subscription; // 0: the slot is free
	uint32_t generation;
	int fd;
	void (*ready)(void *context, uint32_t events); // NULL: a timer
	void (*due)(void *context);
	void *context;
};

struct control_loop {
	int epoll_fd;
	bool running, stopping;
	struct source sources[CONTROL_SOURCES_MAX];
};

int control_loop_new(struct control_loop **out, struct hl_error *err)
{
	struct control_loop *loop = calloc(1, sizeof(*loop));

	*out = NULL;
	if (!loop)
		return hl_fail(err, ENOMEM, "control loop: no memory");
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0) {
		int rc = hl_fail(err, errno, "control loop: %s", strerror(errno));
		free(loop);
		return rc;
	}
	*out = loop;
	return 0;
}

void control_loop_free(struct control_loop *loop)
{
	if (!loop)
		return;
	for (unsigned i = 0; i < CONTROL_SOURCES_MAX; i++)
		control_loop_remove(loop, loop->sources[i].subscription);
	close(loop->epoll_fd);
	free(loop);
}

// NULL when the subscription is over.
static struct source *source_of(struct control_loop *loop, int subscription)
{
	unsigned slot = (unsigned)subscription & ((1u << SLOT_BITS) - 1);

	if (subscription == 0 || slot >= CONTROL_SOURCES_MAX ||
	    loop->sources[slot].subscription != subscription)
		return NULL;
	return &loop->sources[slot];
}

static int source_add(struct control_loop *loop, const struct source *source, uint32_t events,
		      struct hl_error *err)
{
	struct source *s = loop->sources, *end = s + CONTROL_SOURCES_MAX;

	while (s < end && s->subscription)
		s++;
	if (s == end)
		return hl_fail(err, ENOSPC, "control loop: allowed 1..%d subscriptions",
			       CONTROL_SOURCES_MAX);
	uint32_t generation = s->generation % GENERATION_MAX + 1;
	int subscription = (int)(generation << SLOT_BITS | (uint32_t)(s - loop->sources));
	struct epoll_event event = { .events = events, .data.u32 = (uint32_t)subscription };
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, source->fd, &event) < 0)
		return hl_fail(err, errno, "control loop: descriptor %d: %s", source->fd,
			       strerror(errno));
	*s = *source;
	s->subscription = subscription;
	s->generation = generation;
	return subscription;
}

int control_loop_add_fd(struct control_loop *loop, int fd, uint32_t events,
			void (*ready)(void *context, uint32_t events), void *context,
			struct hl_error *err)
{
	const struct source source = { .fd = fd, .ready = ready, .context = context };

	return source_add(loop, &source, events, err);
}

int control_loop_add_timer(struct control_loop *loop, void (*due)(void *context), void *context,
			   struct hl_error *err)
{
	const struct source source = {
		.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
		.due = due,
		.context = context,
	};

	if (source.fd < 0)
		return hl_fail(err, errno, "control loop: timer: %s", strerror(errno));
	int rc = source_add(loop, &source, EPOLLIN, err);
	if (rc < 0)
		close(source.fd);
	return rc;
}

static struct timespec to_timespec(uint64_t ns)
{
	return (struct timespec){ .tv_sec = (time_t)(ns / SECOND_NS),
				  .tv_nsec = (long)(ns % SECOND_NS) };
}

void control_loop_set_timer(struct control_loop *loop, int timer, uint64_t after_ns,
			    uint64_t every_ns)
{
	const struct itimerspec when = { to_timespec(every_ns), to_timespec(after_ns) };
	const struct source *s = source_of(loop, timer);

	assert(s && s->due);
	int rc = timerfd_settime(s->fd, 0, &when, NULL);
	assert(rc == 0);
	(void)rc;
}

void control_loop_remove(struct control_loop *loop, int subscription)
{
	struct source *s = source_of(loop, subscription);

	if (!s)
		return;
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, s->fd, NULL);
	if (s->due)
		close(s->fd);
	*s = (struct source){ .generation = s->generation };
}

static void source_call(struct control_loop *loop, int subscription, uint32_t events)
{
	const struct source *s = source_of(loop, subscription);
	uint64_t expirations;

	if (!s) // removed by a subscriber that was called before it
		return;
	if (s->due) {
		// Nothing to read: it was set anew after epoll had reported it.
		if (read(s->fd, &expirations, sizeof(expirations)) == sizeof(expirations))
			s->due(s->context);
		return;
	}
	s->ready(s->context, events);
	if (events & (EPOLLHUP | EPOLLERR) && !(events & EPOLLIN))
		control_loop_remove(loop, subscription);
}

void control_loop_run(struct control_loop *loop)
{
	struct epoll_event events[EVENTS_AT_ONCE];

	assert(!loop->running);
	loop->running = true;
	loop->stopping = false;
	while (!loop->stopping) {
		int n = epoll_wait(loop->epoll_fd, events, EVENTS_AT_ONCE, -1);
		assert(n >= 0 || errno == EINTR); // anything else is an error of ours
		// What is not called after a stop is reported again by the next run.
		for (int i = 0; i < n && !loop->stopping; i++)
			source_call(loop, (int)events[i].data.u32, events[i].events);
	}
	loop->running = false;
}

void control_loop_stop(struct control_loop *loop)
{
	loop->stopping = true;
}
