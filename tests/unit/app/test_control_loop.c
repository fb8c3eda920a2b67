// SPDX-License-Identifier: BSD-3-Clause
// The control loop: who is called when, and who is no longer called.

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <sys/epoll.h>

#include "base/control_loop.h"

#define MS 1000000ull

static struct control_loop *loop;
static struct hl_error err;

// What a test subscribes, and what it saw.
struct subscriber {
	int number; // of its subscription
	int calls, stop_after;
	uint32_t events; // of the last call
	struct subscriber *removes;
	int fd; // read from, when it is above 0
	char got[8];
	ssize_t n_got;
};

static void called(struct subscriber *s)
{
	s->calls++;
	if (s->removes) {
		control_loop_remove(loop, s->removes->number);
		s->removes = NULL;
	}
	if (s->calls == s->stop_after)
		control_loop_stop(loop);
}

static void due(void *context)
{
	called(context);
}

static void ready(void *context, uint32_t events)
{
	struct subscriber *s = context;

	s->events = events;
	if (s->fd > 0)
		s->n_got = read(s->fd, s->got, sizeof(s->got));
	called(s);
}

static void setup(void)
{
	cr_assert_eq(control_loop_new(&loop, &err), 0, "%s", err.text);
}

static void teardown(void)
{
	control_loop_free(loop);
}

TestSuite(control_loop, .init = setup, .fini = teardown, .timeout = 10);

static void timer_add(struct subscriber *s, uint64_t after_ns, uint64_t every_ns)
{
	s->number = control_loop_add_timer(loop, due, s, &err);
	cr_assert_gt(s->number, 0, "%s", err.text);
	if (after_ns > 0)
		control_loop_set_timer(loop, s->number, after_ns, every_ns);
}

static void fd_add(struct subscriber *s, int fd, uint32_t events)
{
	s->number = control_loop_add_fd(loop, fd, events, ready, s, &err);
	cr_assert_gt(s->number, 0, "%s", err.text);
}

// Runs for so long, whatever happens.
static void run_for(uint64_t ns)
{
	struct subscriber end = { .stop_after = 1 };

	timer_add(&end, ns, 0);
	control_loop_run(loop);
	control_loop_remove(loop, end.number);
}

// Both ends of a pipe with a byte in it.
static void pipe_make(int ends[2])
{
	cr_assert_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	cr_assert_eq(write(ends[1], "x", 1), 1);
}

Test(control_loop, timer_fires_once_or_with_its_period)
{
	struct subscriber once = { 0 }, often = { .stop_after = 5 }, unset = { 0 };

	timer_add(&once, 1 * MS, 0);
	timer_add(&often, 2 * MS, 2 * MS);
	timer_add(&unset, 0, 0);
	control_loop_run(loop);
	cr_assert_eq(once.calls, 1);
	cr_assert_eq(often.calls, 5);
	cr_assert_eq(unset.calls, 0);
}

Test(control_loop, timer_can_be_set_anew_and_stopped)
{
	struct subscriber later = { 0 }, never = { 0 };

	timer_add(&later, 3600000 * MS, 0);
	control_loop_set_timer(loop, later.number, 1 * MS, 0);
	timer_add(&never, 1 * MS, 1 * MS);
	control_loop_set_timer(loop, never.number, 0, 0);
	run_for(20 * MS);
	cr_assert_eq(later.calls, 1);
	cr_assert_eq(never.calls, 0);
}

Test(control_loop, subscriber_may_remove_itself_when_it_is_called)
{
	struct subscriber timer = { .removes = &timer }, reader = { .removes = &reader };
	int ends[2];

	pipe_make(ends); // readable for good: nobody reads
	fd_add(&reader, ends[0], EPOLLIN);
	timer_add(&timer, 1 * MS, 1 * MS);
	run_for(20 * MS);
	cr_assert_eq(reader.calls, 1);
	cr_assert_eq(timer.calls, 1);
	cr_assert_eq(fcntl(ends[0], F_GETFD), FD_CLOEXEC, "the descriptor stays the caller's");
}

Test(control_loop, removed_subscriber_is_not_called_for_what_was_reported_before)
{
	struct subscriber a = { 0 }, b = { 0 };
	int ends[2], others[2];

	pipe_make(ends);
	pipe_make(others);
	a.removes = &b;
	b.removes = &a;
	fd_add(&a, ends[0], EPOLLIN); // both are reported at once
	fd_add(&b, others[0], EPOLLIN);
	a.stop_after = b.stop_after = 3;
	control_loop_run(loop);
	cr_assert_eq(a.calls + b.calls, 3, "%d and %d", a.calls, b.calls);
	cr_assert(a.calls == 0 || b.calls == 0);
}

Test(control_loop, number_of_a_removed_subscription_is_not_its_successors)
{
	struct subscriber old = { 0 }, new = { .stop_after = 1 };

	timer_add(&old, 0, 0);
	control_loop_remove(loop, old.number);
	timer_add(&new, 1 * MS, 0);
	cr_assert_neq(old.number, new.number);
	control_loop_remove(loop, old.number); // nobody's
	control_loop_run(loop);
	cr_assert_eq(new.calls, 1);
}

Test(control_loop, hang_up_is_told_once_after_what_was_left_to_read)
{
	struct subscriber reader = { 0 };
	int ends[2];

	pipe_make(ends);
	close(ends[1]);
	reader.fd = ends[0];
	fd_add(&reader, ends[0], EPOLLIN);
	run_for(20 * MS);
	cr_assert_eq(reader.calls, 2);
	cr_assert_eq(reader.events, EPOLLHUP);
	cr_assert_eq(reader.n_got, 0);
	cr_assert_eq(reader.got[0], 'x');
	cr_assert_eq(fcntl(ends[0], F_GETFD), FD_CLOEXEC, "the descriptor stays the caller's");
}

Test(control_loop, subscriptions_are_bounded)
{
	struct subscriber s = { 0 };
	int last = 0, rc;

	for (int i = 0; i < CONTROL_SOURCES_MAX; i++) {
		last = control_loop_add_timer(loop, due, &s, &err);
		cr_assert_gt(last, 0, "%s", err.text);
	}
	rc = control_loop_add_timer(loop, due, &s, &err);
	cr_assert_eq(rc, -ENOSPC);
	cr_assert_str_eq(err.text, "control loop: allowed 1..64 subscriptions");
	control_loop_remove(loop, last);
	cr_assert_gt(control_loop_add_timer(loop, due, &s, &err), 0);
}

Test(control_loop, descriptor_that_cannot_be_waited_for_is_an_error)
{
	cr_assert_eq(control_loop_add_fd(loop, 999, EPOLLIN, ready, NULL, &err), -EBADF);
	cr_assert_str_eq(err.text, "control loop: descriptor 999: Bad file descriptor");
}
