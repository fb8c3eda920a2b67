// SPDX-License-Identifier: BSD-3-Clause
// The wheel: what it gives back and when, what a call may cost, where 32 bits wrap.
// Against a sorted list, at random: test_wheel_random.c.
#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "timer/wheel.h"

#define BLOCK 4096ull          // ticks of a level-1 slot
#define SPAN (1024ull * BLOCK) // ticks of a level-2 slot
#define FAR ((1ull << 30) - 1) // longest time ahead

static const uint64_t start = 7 * SPAN + 5 * BLOCK + 17;

// Go to `now` in as many calls as it takes; the ids in the order in which they came.
static uint32_t expire_all(struct wheel *wheel, uint64_t now, uint32_t *ids, uint32_t max)
{
	uint32_t n = 0;

	for (bool done = false; !done;)
		n += wheel_expire(wheel, now, ids + n, max - n, &done);
	return n;
}

Test(wheel, new_one_holds_nothing)
{
	struct wheel *wheel = wheel_new(3, start);
	uint32_t ids[3];
	bool done = false;

	cr_assert_not_null(wheel);
	for (uint32_t id = 0; id < 3; id++)
		cr_assert_not(wheel_armed(wheel, id));
	cr_assert_eq(wheel_next(wheel), UINT64_MAX);
	cr_assert_eq(wheel_expire(wheel, start + FAR, ids, 3, &done), 0);
	cr_assert(done);
	wheel_free(wheel);
}

Test(wheel, without_ids_is_allowed_and_without_memory_is_not)
{
	struct wheel *wheel = wheel_new(0, start);
	bool done = false;

	cr_assert_not_null(wheel);
	cr_assert_eq(wheel_expire(wheel, start + SPAN, NULL, 0, &done), 0);
	cr_assert(done);
	wheel_free(wheel);
	wheel_free(NULL);
	cr_assert_null(wheel_new(UINT32_MAX, start), "ids and heads do not fit 32 bits");
}

// Each distance lies in another level or at a border of one.
Test(wheel, id_comes_at_its_tick_and_not_one_earlier)
{
	const uint64_t ahead[] = { 1,       2,        4095,     BLOCK,        BLOCK + 1,
				   8191,    8192,     8193,     3 * BLOCK,    SPAN - 1,
				   SPAN,    SPAN + 1, 2 * SPAN, 2 * SPAN + 1, 99 * SPAN,
				   1 << 29, FAR - 1,  FAR };

	for (unsigned i = 0; i < sizeof(ahead) / sizeof(ahead[0]); i++) {
		struct wheel *wheel = wheel_new(2, start);
		uint64_t at = start + ahead[i];
		uint32_t ids[2];

		wheel_arm(wheel, 1, (uint32_t)at);
		cr_assert(wheel_armed(wheel, 1));
		cr_assert_eq(wheel_at(wheel, 1), (uint32_t)at);
		cr_assert_leq(wheel_next(wheel), at);
		cr_assert_eq(expire_all(wheel, at - 1, ids, 2), 0, "early, %lu ahead", ahead[i]);
		cr_assert_eq(wheel_next(wheel), at, "not exact when one tick ahead");
		cr_assert_eq(expire_all(wheel, at, ids, 2), 1, "lost, %lu ahead", ahead[i]);
		cr_assert_eq(ids[0], 1);
		cr_assert_not(wheel_armed(wheel, 1), "still armed when it came");
		cr_assert_eq(expire_all(wheel, at + FAR, ids, 2), 0, "twice, %lu ahead", ahead[i]);
		wheel_free(wheel);
	}
}

Test(wheel, present_and_past_come_with_the_next_call)
{
	const uint32_t ago[] = { 0, 1, 5000, 1u << 30 };

	for (unsigned i = 0; i < 4; i++) {
		struct wheel *wheel = wheel_new(1, start);
		uint32_t ids[1];

		wheel_arm(wheel, 0, (uint32_t)start - ago[i]);
		cr_assert_eq(wheel_next(wheel), start);
		cr_assert_eq(wheel_at(wheel, 0), (uint32_t)start - ago[i]);
		cr_assert_eq(expire_all(wheel, start, ids, 1), 1, "%u ago", ago[i]);
		wheel_free(wheel);
	}
}

Test(wheel, call_with_an_earlier_time_changes_nothing)
{
	struct wheel *wheel = wheel_new(2, start);
	uint32_t ids[2];

	wheel_arm(wheel, 0, (uint32_t)start + 10);
	cr_assert_eq(expire_all(wheel, start + 5, ids, 2), 0);
	cr_assert_eq(expire_all(wheel, start - SPAN, ids, 2), 0);
	cr_assert_eq(wheel_next(wheel), start + 10);
	cr_assert_eq(expire_all(wheel, start + 10, ids, 2), 1);
	wheel_free(wheel);
}

Test(wheel, moved_id_comes_once_at_the_new_tick)
{
	const uint64_t ticks[] = { 3, BLOCK + 9, 3 * BLOCK, SPAN + 1, 5 * SPAN, FAR };

	for (unsigned from = 0; from < 6; from++)
		for (unsigned to = 0; to < 6; to++) {
			struct wheel *wheel = wheel_new(1, start);
			uint32_t ids[2];

			wheel_arm(wheel, 0, (uint32_t)(start + ticks[from]));
			wheel_arm(wheel, 0, (uint32_t)(start + ticks[to]));
			cr_assert_eq(expire_all(wheel, start + ticks[to] - 1, ids, 2), 0);
			cr_assert_eq(expire_all(wheel, start + ticks[to], ids, 2), 1);
			cr_assert_eq(expire_all(wheel, start + 2 * FAR, ids, 2), 0);
			wheel_free(wheel);
		}
}

Test(wheel, disarmed_id_never_comes_and_its_neighbours_do)
{
	const uint64_t ticks[] = { 0, 3, 3 * BLOCK, 5 * SPAN };

	for (unsigned i = 0; i < 4; i++)
		for (uint32_t out = 0; out < 3; out++) { // first, middle and last of its slot
			struct wheel *wheel = wheel_new(3, start);
			uint32_t ids[3];

			for (uint32_t id = 0; id < 3; id++)
				wheel_arm(wheel, id, (uint32_t)(start + ticks[i]));
			wheel_disarm(wheel, out);
			wheel_disarm(wheel, out); // not armed: nothing
			cr_assert_not(wheel_armed(wheel, out));
			cr_assert_eq(expire_all(wheel, start + ticks[i], ids, 3), 2);
			cr_assert(ids[0] != out && ids[1] != out && ids[0] != ids[1]);
			wheel_free(wheel);
		}
}

Test(wheel, disarming_the_last_one_leaves_it_empty)
{
	const uint64_t ticks[] = { 0, 3, 3 * BLOCK, 5 * SPAN };
	struct wheel *wheel = wheel_new(1, start);

	for (unsigned i = 0; i < 4; i++) {
		wheel_arm(wheel, 0, (uint32_t)(start + ticks[i]));
		wheel_disarm(wheel, 0);
		cr_assert_eq(wheel_next(wheel), UINT64_MAX);
	}
	wheel_free(wheel);
}

Test(wheel, earliest_comes_first_across_all_levels)
{
	struct wheel *wheel = wheel_new(1000, start);
	uint32_t *ids = malloc(1000 * sizeof(*ids));

	// latest first, up to 20 spans ahead; ids that differ by 999 share a tick with nobody
	for (uint32_t id = 0; id < 1000; id++)
		wheel_arm(wheel, id, (uint32_t)(start + 1 + (999 - id) * (20 * SPAN / 999)));
	cr_assert_eq(expire_all(wheel, start + FAR, ids, 1000), 1000);
	for (uint32_t i = 0; i < 1000; i++)
		cr_assert_eq(ids[i], 999 - i);
	free(ids);
	wheel_free(wheel);
}

Test(wheel, ids_of_one_tick_come_in_the_order_of_arming)
{
	struct wheel *wheel = wheel_new(100, start);
	uint32_t ids[100];

	for (uint32_t i = 0; i < 100; i++)
		wheel_arm(wheel, i * 37 % 100, (uint32_t)start + 50);
	cr_assert_eq(expire_all(wheel, start + 50, ids, 100), 100);
	for (uint32_t i = 0; i < 100; i++)
		cr_assert_eq(ids[i], i * 37 % 100);
	wheel_free(wheel);
}

// An id that is armed again at once does not keep the others from their turn.
Test(wheel, id_that_is_always_due_starves_nobody)
{
	struct wheel *wheel = wheel_new(2, start);
	uint32_t id, calls = 0;
	bool done, seen = false;

	wheel_arm(wheel, 0, (uint32_t)start);
	wheel_arm(wheel, 1, (uint32_t)start);
	for (; !seen && calls < 10; calls++) {
		cr_assert_eq(wheel_expire(wheel, start, &id, 1, &done), 1);
		if (id == 0)
			wheel_arm(wheel, 0, (uint32_t)start);
		else
			seen = true;
	}
	cr_assert(seen);
	wheel_free(wheel);
}

Test(wheel, small_max_is_kept_and_done_only_at_the_end)
{
	struct wheel *wheel = wheel_new(10, start);
	uint32_t ids[4];
	bool done;

	for (uint32_t id = 0; id < 10; id++)
		wheel_arm(wheel, id, (uint32_t)start + 1 + id / 2);
	cr_assert_eq(wheel_expire(wheel, start + 100, ids, 4, &done), 4);
	cr_assert_not(done);
	cr_assert_eq(wheel_expire(wheel, start + 100, ids, 4, &done), 4);
	cr_assert_not(done);
	cr_assert_eq(wheel_expire(wheel, start + 100, ids, 0, &done), 0);
	cr_assert_not(done);
	cr_assert_eq(wheel_expire(wheel, start + 100, ids, 4, &done), 2);
	cr_assert(done);
	wheel_free(wheel);
}

// Calls until n ids of one far slot are ready to expire, when none was moved ahead of time.
static uint32_t calls_to_move(uint32_t n, uint64_t ahead)
{
	struct wheel *wheel = wheel_new(n, start);
	uint64_t slot = (start + ahead) / BLOCK * BLOCK;
	uint32_t id, calls = 0;
	bool done = false;

	for (id = 0; id < n; id++)
		wheel_arm(wheel, id, (uint32_t)(slot + 1 + id % (BLOCK - 1)));
	while (!done) { // to the first tick of the slot, at which no id is due
		cr_assert_eq(wheel_expire(wheel, slot, &id, 1, &done), 0);
		calls++;
	}
	wheel_free(wheel);
	return calls;
}

// How many entries a call moves at most, seen from outside.
static uint32_t moves_of_a_call(uint64_t ahead)
{
	uint32_t n = 1;

	while (n < 1000 && calls_to_move(n + 1, ahead) == 1)
		n++;
	return n;
}

Test(wheel, million_ids_in_one_slot_are_moved_a_few_a_call)
{
	const uint64_t ahead[] = { 3 * BLOCK, 3 * SPAN }; // level 1, level 2

	for (unsigned i = 0; i < 2; i++) {
		uint32_t moves = moves_of_a_call(ahead[i]);

		cr_assert_leq(moves, 256, "one call does too much");
		cr_assert_eq(calls_to_move(1000000, ahead[i]), (1000000 + moves - 1) / moves);
	}
}

// One call a tick is enough for a quarter of a million ids in one slot to be there in time.
Test(wheel, slot_moved_ahead_of_time_is_ready_at_its_first_tick)
{
	const uint32_t n = 200000;
	struct wheel *wheel = wheel_new(n, start);
	uint64_t slot = (start / BLOCK + 3) * BLOCK, now = start;
	uint32_t id;
	bool done;

	for (id = 0; id < n; id++)
		wheel_arm(wheel, id, (uint32_t)(slot + id % BLOCK));
	while (++now < slot) {
		cr_assert_eq(wheel_expire(wheel, now, &id, 1, &done), 0);
		if (!done)
			cr_assert_fail("not arrived at %lu", now);
	}
	cr_assert_eq(wheel_expire(wheel, slot, &id, 1, &done), 1);
	wheel_free(wheel);
}

// From bound to bound, as the simulator goes: arrives, and in few steps.
Test(wheel, next_is_never_late_and_leads_to_every_id)
{
	const uint64_t ticks[] = {
		1, 70, BLOCK, 2 * BLOCK, 40 * BLOCK + 3, SPAN, 9 * SPAN + 5, FAR
	};
	struct wheel *wheel = wheel_new(8, start);
	uint32_t seen = 0, steps = 0, id;
	uint64_t next;
	bool done;

	for (id = 0; id < 8; id++)
		wheel_arm(wheel, id, (uint32_t)(start + ticks[id]));
	for (; (next = wheel_next(wheel)) != UINT64_MAX; steps++) {
		cr_assert_leq(next, start + ticks[seen]);
		if (wheel_expire(wheel, next, &id, 1, &done) == 1) {
			cr_assert_eq(id, seen);
			cr_assert_eq(next, start + ticks[seen], "early");
			seen++;
		}
	}
	cr_assert_eq(seen, 8);
	cr_assert_leq(steps, 8 * 3, "at most a step a level for each");
	wheel_free(wheel);
}

Test(wheel, low_32_bits_wrap)
{
	const uint64_t before[] = { 1, 100, BLOCK, SPAN + 3, FAR };

	for (unsigned i = 0; i < 5; i++) {
		uint64_t now = (5ull << 32) - before[i];
		struct wheel *wheel = wheel_new(3, now);
		uint32_t ids[3];

		wheel_arm(wheel, 0, (uint32_t)(now + FAR));
		wheel_arm(wheel, 1, (uint32_t)(now + before[i])); // tick 0 of the low 32 bits
		wheel_arm(wheel, 2, (uint32_t)(now - 1));
		cr_assert_eq(expire_all(wheel, now, ids, 3), 1);
		cr_assert_eq(ids[0], 2);
		cr_assert_eq(expire_all(wheel, (5ull << 32) - 1, ids, 3), 0);
		cr_assert_eq(expire_all(wheel, 5ull << 32, ids, 3), i == 4 ? 2 : 1);
		cr_assert_eq(expire_all(wheel, now + FAR, ids, 3), i == 4 ? 0 : 1);
		wheel_free(wheel);
	}
}

// A machine that slept for weeks: the wheel goes where 32 bits of ticks are long used up.
Test(wheel, jump_over_more_than_32_bits_of_ticks)
{
	struct wheel *wheel = wheel_new(3, start);
	uint64_t later = start + (3ull << 32) + 12345;
	uint32_t ids[3];

	wheel_arm(wheel, 0, (uint32_t)(start + FAR));
	wheel_arm(wheel, 1, (uint32_t)(start + 3));
	cr_assert_eq(expire_all(wheel, later, ids, 3), 2);
	cr_assert(ids[0] == 1 && ids[1] == 0);
	wheel_arm(wheel, 2, (uint32_t)(later + BLOCK));
	cr_assert_eq(expire_all(wheel, later + BLOCK - 1, ids, 3), 0);
	cr_assert_eq(expire_all(wheel, later + BLOCK, ids, 3), 1);
	wheel_free(wheel);
}
