// SPDX-License-Identifier: BSD-3-Clause
// Clocks and numbers that end: wherever the monotonic clock stands, and however many requests a line has
// sent, it goes on.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "line/branch.h"
#include "rig.h"
#include "worker/arm.h"
#include "worker/unregister.h"

#define TICKS_AROUND_NS (1ull << (32 + TICK_SHIFT)) // after which the 32 bits of a tick come again

static const uint64_t starts_ns[] = {
	0,
	SEC,
	(1ull << 36) - SEC, // the stamps of round trips
	TICKS_AROUND_NS / 2 - SEC,
	TICKS_AROUND_NS - SEC,
	3 * TICKS_AROUND_NS - 5 * SEC,
	(1ull << 54) - SEC, // where a shift by 10 leaves 64 bits
	(1ull << 54) + SEC,
	1ull << 62,
	(1ull << 63) - 1000000 * SEC,
};
#define STARTS (sizeof(starts_ns) / sizeof(starts_ns[0]))

static struct rig *rig_at(uint64_t start_ns, const char *extra, uint32_t lines, uint64_t rate)
{
	rig_start_ns = start_ns;
	return rig_new_rate(extra, lines, rate);
}

Test(clock, requests_leave_at_the_rate_wherever_the_clock_stands)
{
	for (unsigned k = 0; k < STARTS; k++) {
		struct rig *rig = rig_at(starts_ns[k], "", 100, 100);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_clear(rig);
		for (int step = 0; step < 45; step++) // before the first retransmission
			rig_pass(rig, 10 * MS);
		cr_expect(ge(u32, rig->n, 43), "start %u: %u", k, rig->n);
		cr_expect(le(u32, rig->n, 47), "start %u: %u", k, rig->n);
		rig_free(rig);
	}
}

Test(clock, server_rate_holds_wherever_the_clock_stands)
{
	for (unsigned k = 0; k < STARTS; k++) {
		struct rig *rig = rig_at(starts_ns[k], "    server_rate: 10\n", 100, 0);

		rig_command(rig, HL_COMMAND_ENABLE);
		for (int step = 0; step < 100; step++)
			rig_pass(rig, 10 * MS);
		uint32_t lines = 0;
		for (uint32_t n = 0; n < rig->n; n++)
			lines += strstr(rig_header(rig, n, "CSeq"), "1000000001 ") != NULL;
		cr_expect(ge(u32, lines, 10), "start %u: %u", k, lines);
		rig_free(rig);
	}
}

Test(clock, a_line_is_refreshed_and_fails_over_wherever_the_clock_stands)
{
	for (unsigned k = 0; k < STARTS; k++) {
		struct rig *rig = rig_at(starts_ns[k], "", 1, 0);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, 200, "Expires: 60\r\n");
		rig_clear(rig);
		uint64_t from = rig->now_ns;
		while (rig->n == 0 && rig->now_ns < from + 40 * SEC)
			rig_pass(rig, 100 * MS);
		cr_expect(le(u64, rig->now_ns - from, 31 * SEC), "start %u", k);
		for (int step = 0; step < 25; step++) // nobody answers that
			rig_pass(rig, 100 * MS);
		cr_expect(eq(int, rig_state(rig, 0).state, HL_SW_B), "start %u", k);
		rig_free(rig);
	}
}

// A binding that has run out is no leftover, and one that has not is one, for as long as anybody looks.
Test(clock, a_dead_binding_is_no_leftover_however_long_ago_it_died)
{
	static const uint64_t hours[] = { 1,   2,   39,  40,  77,  78,   79,   80,
					  117, 150, 156, 157, 200, 5000, 90000 };

	for (unsigned k = 0; k < STARTS; k++) {
		struct rig *rig = rig_at(starts_ns[k], "", 1, 0);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, 200, "Expires: 3000\r\n");
		cr_expect(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 1));
		cr_expect(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns + 2990 * SEC), 1));
		for (unsigned h = 0; h < sizeof(hours) / sizeof(hours[0]); h++)
			cr_expect(eq(u32,
				     hl_worker_leftovers(rig->worker,
							 rig->now_ns + hours[h] * 3600 * SEC),
				     0),
				  "start %u, after %u h", k, (unsigned)hours[h]);
		rig_free(rig);
	}
}

// Long before its numbers end a line takes another Call-ID and begins them again.
Test(clock, a_line_near_its_last_cseq_begins_again_with_another_call_id)
{
	static const uint32_t numbers[] = { NUMBER_EPOCH - 1, NUMBER_EPOCH, NUMBER_EPOCH + 100000 };

	for (unsigned k = 0; k < 3; k++) {
		struct rig *rig = rig_at(SEC, "", 1, 0);
		char call_id[64];

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, 200, "Expires: 60\r\n");
		snprintf(call_id, sizeof(call_id), "%.60s", rig_header(rig, 0, "Call-ID"));
		rig->worker->lines[0].cseq = numbers[k];
		rig_clear(rig);
		for (int step = 0; step < 320 && rig->n == 0; step++)
			rig_pass(rig, 100 * MS);
		cr_assert(eq(u32, rig->n, 1));
		bool again = numbers[k] >= NUMBER_EPOCH;
		cr_expect_eq(strncmp(rig_header(rig, 0, "CSeq"), "1000000001 ", 11) == 0, again);
		cr_expect_eq(strcmp(rig_header(rig, 0, "Call-ID"), call_id) != 0, again);
		rig_answer(rig, 0, 200, "Expires: 60\r\n");
		cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
		cr_expect(eq(u64, rig_count(&rig_counters(rig)->epochs), again));
		rig_free(rig);
	}
}

// An unregister that is always out, for months, does not keep the numbers from beginning again.
Test(clock, an_unregister_that_is_always_out_does_not_use_up_the_numbers)
{
	static const struct {
		uint32_t number;
		bool again;
	} cases[] = { { NUMBER_EPOCH, false }, { NUMBER_EPOCH_LATEST, true } };

	for (unsigned k = 0; k < 2; k++) {
		struct rig *rig = rig_at(SEC, "    register_timeout: 32s\n", 1, 0);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, 200, "Expires: 60\r\n");
		rig->worker->lines[0].cseq = cases[k].number;
		rig_pass(rig, 25 * SEC);
		rig->worker->now_ns = rig->now_ns;
		unregister_begin(rig->worker, 0, 1 << HL_SERVER_B);
		ready_push(rig->worker, 0);
		for (int step = 0; step < 320 && rig_count(&rig_counters(rig)->epochs) == 0; step++)
			rig_pass(rig, 20 * MS);
		cr_expect(eq(u64, rig_count(&rig_counters(rig)->epochs), cases[k].again));
		rig_free(rig);
	}
}

// The longest time-out that a profile may have is of 600 s.
Test(clock, a_round_trip_of_minutes_is_as_long_as_it_was)
{
	for (unsigned k = 0; k < STARTS; k++) {
		struct rig *rig = rig_at(starts_ns[k], "    register_timeout: 600s\n", 1, 0);
		const struct hl_hist *hist = &rig_counters(rig)->rtt_retransmitted;

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_pass(rig, 200 * SEC);
		rig_answer(rig, 0, 200, "Expires: 3600\r\n");
		double us = hl_hist_quantile(&hist, 1, 0.5);
		cr_expect(gt(dbl, us, 200e6 * 0.94), "start %u: %f us", k, us);
		cr_expect(lt(dbl, us, 200e6 * 1.06), "start %u: %f us", k, us);
		rig_free(rig);
	}
}

// Commands side by side against a model: the last one that starts or stops a line wins, for that line.
Test(clock, of_any_starts_and_stops_the_last_one_of_each_line_wins)
{
	enum { LINES = 40 };
	struct rng rng;

	rng_seed(&rng, 9);
	for (uint32_t round = 0; round < 150; round++) {
		struct rig *rig = rig_at(SEC, "", LINES, 0);
		bool on[LINES] = { false };

		for (uint32_t k = 0; k < 2 + round % 12; k++) {
			struct hl_command c = {
				.type = rng_next(&rng) % 2 ? HL_COMMAND_ENABLE : HL_COMMAND_DISABLE,
				.first = (uint32_t)(rng_next(&rng) % LINES),
				.spread_ns = rng_next(&rng) % 3 * SEC,
			};
			c.n = 1 + (uint32_t)(rng_next(&rng) % (LINES - c.first));
			cr_assert(eq(int, hl_worker_command(rig->worker, &c), 0));
			for (uint32_t i = c.first; i < c.first + c.n; i++)
				on[i] = c.type == HL_COMMAND_ENABLE;
			rig_pass(rig, rng_next(&rng) % 900 * MS);
		}
		for (int step = 0; step < 40; step++)
			rig_pass(rig, 100 * MS);
		for (uint32_t i = 0; i < LINES; i++)
			cr_assert_eq(rig_state(rig, i).state != HL_OFF, on[i], "round %u, line %u",
				     round, i);
		rig_free(rig);
	}
}

Test(clock, stopping_one_line_leaves_a_start_that_runs_alone)
{
	struct rig *rig = rig_at(SEC, "", 100, 0);
	const struct hl_command start = { HL_COMMAND_ENABLE, 0, 100, 5 * SEC, 0 };
	const struct hl_command stop = { HL_COMMAND_DISABLE, 3, 1, 0, 0 };
	uint32_t off = 0;

	cr_assert(eq(int, hl_worker_command(rig->worker, &start), 0));
	rig_pass(rig, 400 * MS);
	cr_assert(eq(int, hl_worker_command(rig->worker, &stop), 0));
	for (int step = 0; step < 60; step++)
		rig_pass(rig, 100 * MS);
	for (uint32_t i = 0; i < 100; i++)
		off += rig_state(rig, i).state == HL_OFF;
	cr_expect(eq(u32, off, 1));
	rig_free(rig);
}

Test(clock, retransmissions_take_tokens_and_keep_their_times)
{
	struct rig *rig = rig_at(SEC, "", 40, 20);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_clear(rig);
	for (int step = 0; step < 1000; step++) // 10 s, nobody answers
		rig_pass(rig, 10 * MS);
	uint64_t again = rig_count(&rig_counters(rig)->retransmissions[HL_REGISTER]);
	cr_expect(gt(u64, again, 20));
	cr_expect(le(u32, rig->n, 10 * 20 + 10), "%u packets in 10 s at 20 a second", rig->n);
	rig_free(rig);
}
