// SPDX-License-Identifier: BSD-3-Clause
// Waiting in the control loop: for a condition, for so long, until Ctrl-C.

#include <signal.h>
#include <time.h>

#include <criterion/criterion.h>

#include "base/control.h"
#include "base/stop.h"

#define MS 1000000ull

static struct control control;
static struct hl_error err;

static void setup(void)
{
	cr_assert_eq(control_open(&control, &err), 0, "%s", err.text);
}

static void teardown(void)
{
	control_close(&control);
}

TestSuite(control, .init = setup, .fini = teardown, .timeout = 10);

static uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

// True when it was asked so often.
struct patient {
	int asked, true_at;
	int raise_at, number; // a signal, 0: none
};

static bool is_so(void *context)
{
	struct patient *p = context;

	p->asked++;
	if (p->number && p->asked == p->raise_at)
		raise(p->number);
	return p->asked == p->true_at;
}

Test(control, wait_ends_when_its_condition_is_true)
{
	struct patient patient = { .true_at = 4 };
	const struct control_until until = {
		.reached = is_so,
		.context = &patient,
		.look_every_ns = 1 * MS,
		.timeout_ns = CONTROL_NO_TIMEOUT,
		.stop_requests = 1,
	};

	cr_assert_eq(control_wait(&control, &until), CONTROL_REACHED);
	cr_assert_eq(patient.asked, 4);
	patient = (struct patient){ .true_at = 1 };
	cr_assert_eq(control_wait(&control, &until), CONTROL_REACHED);
	cr_assert_eq(patient.asked, 1, "at once");
}

Test(control, wait_ends_when_its_time_is_over)
{
	struct patient patient = { 0 };
	struct control_until until = {
		.reached = is_so,
		.context = &patient,
		.look_every_ns = 10 * MS,
		.timeout_ns = 50 * MS,
		.stop_requests = 1,
	};
	uint64_t start_ms = clock_ms();

	cr_assert_eq(control_wait(&control, &until), CONTROL_TIMED_OUT);
	cr_assert_geq(clock_ms() - start_ms, 49);
	until.timeout_ns = 0;
	patient.asked = 0;
	cr_assert_eq(control_wait(&control, &until), CONTROL_TIMED_OUT);
	cr_assert_eq(patient.asked, 1, "a look without a wait");
}

Test(control, what_becomes_true_at_the_last_moment_is_reached)
{
	struct patient patient = { .true_at = 2 };
	const struct control_until until = {
		.reached = is_so,
		.context = &patient,
		.look_every_ns = 3600000 * MS,
		.timeout_ns = 5 * MS,
		.stop_requests = 1,
	};

	cr_assert_eq(control_wait(&control, &until), CONTROL_REACHED);
}

Test(control, signal_ends_a_wait_and_those_after_it)
{
	struct patient patient = { .raise_at = 3, .number = SIGTERM };
	const struct control_until until = {
		.reached = is_so,
		.context = &patient,
		.look_every_ns = 1 * MS,
		.timeout_ns = CONTROL_NO_TIMEOUT,
		.stop_requests = 1,
	};

	cr_assert_eq(control_wait(&control, &until), CONTROL_STOPPED);
	cr_assert_eq(stop_requests(), 1);
	cr_assert_eq(control_wait(&control, &until), CONTROL_STOPPED);
}

Test(control, one_signal_is_not_two)
{
	const struct control_until drained = { .timeout_ns = 20 * MS, .stop_requests = 2 };

	raise(SIGINT);
	cr_assert_eq(control_wait(&control, &drained), CONTROL_TIMED_OUT);
	raise(SIGINT);
	cr_assert_eq(control_wait(&control, &drained), CONTROL_STOPPED);
}

// A signalfd would tell of one.
Test(control, signals_are_counted_though_nobody_waits)
{
	const struct control_until drained = { .timeout_ns = 20 * MS, .stop_requests = 2 };

	raise(SIGINT);
	raise(SIGINT);
	cr_assert_eq(control_wait(&control, &drained), CONTROL_STOPPED);
	cr_assert_eq(stop_requests(), 2);
}

Test(control, third_signal_leaves_at_once, .exit_code = 128 + SIGHUP)
{
	raise(SIGINT);
	raise(SIGINT);
	raise(SIGHUP);
	cr_assert_fail("still here");
}
