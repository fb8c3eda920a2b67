// SPDX-License-Identifier: BSD-3-Clause
// A driver that hangs in a system call: the loop is woken, counted, goes on, and can be stopped.

#include <time.h>

#include <criterion/criterion.h>
#include <rte_lcore.h>

#include "base/timebase.h"
#include "loop/lcore_loop.h"
#include "rig.h"

#define PATIENCE_MS 60000 // for a machine that is busy with other things

static struct lcore_loop loop;

static uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / MS;
}

static uint64_t beats(void)
{
	return atomic_load(&loop.beats);
}

static void rest(void)
{
	const struct timespec ms = { .tv_nsec = MS };

	nanosleep(&ms, NULL);
}

// The watch's own time runs a second a look, so that no test waits for it.
static void watch(void)
{
	static uint64_t now_ns;

	lcore_loop_watch(&loop, now_ns += 1000 * MS);
}

static void lcore_loop_make(void)
{
	struct hl_error err = { 0 };

	rig_make(QUEUE_PENDING + 2 * QUEUE_OUT);
	loop = (struct lcore_loop){
		.lcore = rte_get_main_lcore(),
		.n_queues = 1,
		.queues = { rig.queue },
	};
	rig.room = 100;
	cr_assert_eq(lcore_loop_launch(&loop, &err), 0, "%s", err.text);
	for (uint64_t end = clock_ms() + PATIENCE_MS; beats() == 0; rest())
		cr_assert_lt(clock_ms(), end, "the loop does not start");
}

// A device that hangs from the next send on, and a frame for it.
static void device_hang(void)
{
	uint32_t sends = atomic_load(&rig.sends);

	atomic_store(&rig.hangs, true);
	rig.wanted = 1; // the engine looks at it in its next call
	for (uint64_t end = clock_ms() + PATIENCE_MS; atomic_load(&rig.sends) == sends; rest())
		cr_assert_lt(clock_ms(), end, "nothing is sent");
}

Test(loop, a_hang_is_ended_and_counted_each_time)
{
	lcore_loop_make();
	device_hang();
	for (int k = 0; k < 3; k++) { // it hangs again at once, for the frame still waits
		uint64_t stuck = beats(), end = clock_ms() + PATIENCE_MS;
		for (; beats() == stuck; rest()) {
			cr_assert_lt(clock_ms(), end, "it hangs for good");
			watch();
		}
	}
	cr_expect_geq(loop.stalls, 3);

	atomic_store(&rig.hangs, false);
	uint64_t end = clock_ms() + PATIENCE_MS;
	for (uint64_t now = beats(); beats() < now + 1000 || rig.n_sent == 0; rest()) {
		cr_assert_lt(clock_ms(), end, "it does not recover");
		watch();
	}
	lcore_loop_stop(&loop);
	cr_expect_eq(rig.n_sent, 1, "what waited has left");
}

Test(loop, a_lane_that_hangs_can_be_stopped)
{
	lcore_loop_make();
	device_hang();
	lcore_loop_stop(&loop); // it would wait for ever: the test's own time-out tells
	cr_expect(!loop.launched);
	cr_expect(!atomic_load(&loop.running));
}

Test(loop, a_lane_that_runs_is_never_taken_for_hanging)
{
	lcore_loop_make();
	for (int k = 0; k < 20; k++) {
		uint64_t now = beats(), end = clock_ms() + PATIENCE_MS;
		for (; beats() == now; rest())
			cr_assert_lt(clock_ms(), end, "it stands still");
		watch();
	}
	lcore_loop_stop(&loop);
	cr_expect_eq(loop.stalls, 0);
}

// Time runs in this test, unlike in the rig's others: each frame that the engine writes is a round with work.
Test(loop, time_with_work_counts_as_busy_and_time_without_does_not)
{
	uint64_t now, start_ns, end = clock_ms() + PATIENCE_MS;
	struct hl_error err = { 0 };

	lcore_loop_make();
	lcore_loop_stop(&loop);
	timebase_start();
	timebase_calibrate();
	start_ns = timebase_ns();
	atomic_store(&loop.quit, false);
	cr_assert_eq(lcore_loop_launch(&loop, &err), 0, "%s", err.text);
	for (now = beats(); beats() < now + 1000; rest())
		cr_assert_lt(clock_ms(), end, "it stands still");
	cr_expect_eq(atomic_load(&loop.busy_ns), 0, "there was no work");
	rig.wanted = 1000000;
	for (; atomic_load(&loop.busy_ns) < MS; rest())
		cr_assert_lt(clock_ms(), end, "it is never busy");
	lcore_loop_stop(&loop);
	cr_expect_leq(atomic_load(&loop.busy_ns), timebase_ns() - start_ns);
}

Test(loop, a_worker_rests_when_its_loop_ends)
{
	lcore_loop_make();
	cr_expect_eq(atomic_load(&rig.rests), 0, "it never sleeps: idle_sleep is off");
	lcore_loop_stop(&loop);
	cr_expect_eq(atomic_load(&rig.rests), 1);
}
