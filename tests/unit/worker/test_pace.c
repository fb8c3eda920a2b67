// SPDX-License-Identifier: BSD-3-Clause
// The token buckets: the rate holds, of a stall no more than a little is made up for, and not at once, a full
// burst loses nothing; and what is late, or was missed, is counted.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "base/rng.h"
#include "rig.h"

Test(pace, requests_leave_at_the_rate)
{
	struct rig *rig = rig_new_rate("", 100, 1000);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_clear(rig);
	rig_pass(rig, 50 * MS);
	cr_assert(ge(u32, rig->n, 49));
	cr_assert(le(u32, rig->n, 52));
	for (uint32_t k = 1; k < rig->n; k++) {
		uint64_t gap = rig->sent[k].at_ns - rig->sent[k - 1].at_ns;
		cr_assert(ge(u64, gap, 900000));
		cr_assert(le(u64, gap, 1200000));
	}
	rig_free(rig);
}

static uint32_t one_tick(struct rig *rig, uint16_t cap)
{
	static uint8_t bytes[64][HL_FRAME_MAX];
	struct hl_packet pkts[64];
	struct hl_burst tx = { .pkts = pkts, .cap = cap };

	for (int i = 0; i < 64; i++)
		pkts[i] = (struct hl_packet){ .data = bytes[i] };
	hl_worker_tick(rig->worker, &tx, rig->now_ns);
	return tx.n;
}

Test(pace, a_burst_without_room_puts_sends_off_and_loses_none)
{
	struct rig *rig = rig_new("", 50);
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = 50 };
	uint32_t sent = 0;

	hl_worker_command(rig->worker, &enable);
	for (int k = 0; k < 10; k++)
		cr_assert(eq(u32, one_tick(rig, 0), 0));
	for (int k = 0; k < 40; k++) {
		uint32_t n = one_tick(rig, 3);

		cr_assert(le(u32, n, 3));
		sent += n;
	}
	cr_assert(eq(u32, sent, 50));
	rig_free(rig);
}

// Lines that all want to register at once.
static struct rig *crowd_new(uint32_t lines, uint64_t rate)
{
	struct rig *rig = rig_new_rate("", lines, rate);
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = lines };

	hl_worker_command(rig->worker, &enable);
	return rig;
}

// First transmissions: what the bucket is for, unlike retransmissions and ARP.
static uint32_t requests(const struct rig *rig)
{
	return (uint32_t)rig_count(&rig_counters(rig)->requests[HL_REGISTER]);
}

static uint64_t missed(const struct rig *rig)
{
	return rig_count(&rig_counters(rig)->limits[HL_LIMIT_RATE_MISSED]);
}

static void poll_all(struct rig *rig)
{
	for (int k = 0; k < 8; k++)
		one_tick(rig, 64);
}

Test(pace, of_a_stall_20_ms_are_made_up_for_at_twice_the_rate_and_the_rest_is_counted)
{
	struct rig *rig = crowd_new(200, 1000);

	poll_all(rig); // all lines want to register, a few may
	uint32_t before = requests(rig);
	rig->now_ns += 100 * MS; // 100 requests were due in this time
	poll_all(rig);
	cr_assert(eq(u32, requests(rig) - before, 8), "so many at once");
	cr_assert(ge(u64, missed(rig), 79));
	cr_assert(le(u64, missed(rig), 80));
	for (int k = 0; k < 24; k++, poll_all(rig))
		rig->now_ns += MS / 2; // at the peak, until the schedule has come to the present
	cr_assert(ge(u32, requests(rig) - before, 31), "12 ms of the rate, and 20 of the stall");
	cr_assert(le(u32, requests(rig) - before, 33));
	rig_free(rig);
}

// As on a machine with more to do than it can: 143 a second when each poll sends what is due at the time.
Test(pace, a_worker_that_runs_every_7_ms_keeps_a_rate_of_600)
{
	struct rig *rig = crowd_new(1000, 600);

	for (int k = 0; k < 65; k++, rig->now_ns += 7 * MS)
		one_tick(rig, 64);
	cr_assert(ge(u32, requests(rig), 266), "of 270, %u", requests(rig));
	cr_assert(le(u32, requests(rig), 272));
	cr_assert(eq(u64, missed(rig), 0));
	rig_free(rig);
}

Test(pace, what_was_sent_and_what_was_missed_are_the_rate)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		const uint64_t rate = 500 * seed;
		struct rig *rig = crowd_new(20000, rate);
		const uint64_t start_ns = rig->now_ns;
		struct rng rng;

		rng_seed(&rng, seed);
		for (int k = 0; k < 12; k++) {
			for (int polls = 0; polls < 20; polls++, rig->now_ns += 20000)
				one_tick(rig, 64);
			rig->now_ns += rng_below(&rng,
						 38 * MS); // before copies leave, after 500 ms
		}
		poll_all(rig);
		double due = (double)((rig->now_ns - start_ns) * rate) / SEC;
		double owed = (double)rate * 20 / 1000 + 2; // still to be made up for

		cr_assert(gt(u64, missed(rig), 0));
		cr_assert(ge(dbl, (double)(requests(rig) + missed(rig)), due - owed), "%f", due);
		cr_assert(le(dbl, (double)(requests(rig) + missed(rig)), due + 2), "%f", due);
		rig_free(rig);
	}
}

Test(pace, nothing_was_missed_while_nothing_waited)
{
	struct rig *rig = rig_new_rate("", 100, 1000);
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = 100 };

	one_tick(rig, 64);
	rig->now_ns += 5 * SEC; // all lines are off
	one_tick(rig, 64);
	hl_worker_command(rig->worker, &enable);
	poll_all(rig);
	cr_assert(le(u32, requests(rig), 3), "1 ms of the rate, not %u", requests(rig));
	cr_assert(eq(u64, missed(rig), 0));
	rig_free(rig);
}

Test(pace, whatever_stalls_no_span_has_more_than_its_rate_and_20_ms_of_it_nor_than_twice_the_rate)
{
	enum { RATE = 10000, LINES = 3000, STALL = RATE / 50, AT_ONCE = RATE / 1000 };
	static uint64_t at_ns[LINES];
	struct rig *rig = crowd_new(LINES, RATE);
	struct rng rng;
	uint32_t n = 0, most = 0;

	rng_seed(&rng, 7);
	while (n < LINES) {
		one_tick(rig, 64);
		while (n < LINES && n < requests(rig)) // the last tick may send more
			at_ns[n++] = rig->now_ns;
		// mostly polls of 20 us, sometimes a stall of up to 30 ms
		rig->now_ns += rng_below(&rng, 1500) ? 20000 : rng_below(&rng, 30 * MS);
	}
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = i; j < n; j++) {
			uint64_t span_ns = at_ns[j] - at_ns[i];
			uint32_t sent = j - i + 1, due = (uint32_t)(span_ns * RATE / SEC);

			cr_assert(le(u32, sent, due + STALL + 2), "requests %u to %u", i, j);
			cr_assert(le(u32, sent, 2 * due + AT_ONCE + 2), "requests %u to %u", i, j);
			most = sent > due && sent - due > most ? sent - due : most;
		}
	cr_assert(ge(u32, most, STALL - 2), "no stall was made up for: %u", most);
	rig_free(rig);
}

static void rate_set(struct rig *rig, uint64_t rate)
{
	const struct hl_command command = { .type = HL_COMMAND_RATE, .rate = rate };

	cr_assert(eq(int, hl_worker_command(rig->worker, &command), 0));
}

// As the program does it, but within 500 ms, when copies begin to leave: what leaves is the area under the slope.
Test(pace, a_rate_that_rises_in_steps_loses_and_gains_nothing)
{
	static const uint64_t slopes[][2] = {
		{ 1000, 9000 }, { 9000, 1000 }, { 1, 800 }, { 50, 50 }
	};

	for (unsigned k = 0; k < 4; k++) {
		const uint64_t from = slopes[k][0], to = slopes[k][1];
		struct rig *rig = crowd_new(8000, from);
		double due = 0, idle = (double)from / 1000; // of the time before the lines come

		for (uint64_t step = 0; step < 100; step++) {
			uint64_t rate = (uint64_t)((int64_t)from + ((int64_t)to - (int64_t)from) *
									   (int64_t)step / 99);

			rate_set(rig, rate);
			due += (double)rate * 4 / 1000;
			for (int polls = 0; polls < 80; polls++, rig->now_ns += 50000)
				one_tick(rig, 64);
		}
		cr_assert(ge(dbl, requests(rig), due - 1), "slope %u: %u of %f", k, requests(rig),
			  due);
		cr_assert(le(dbl, requests(rig), due + idle + 1), "slope %u: %u of %f", k,
			  requests(rig), due);
		cr_assert(eq(u64, missed(rig), 0));
		rig_free(rig);
	}
}

Test(pace, a_rate_that_is_no_whole_number_of_nanoseconds_holds)
{
	enum { RATE = 333333, LINES = 20000 }; // 3000.003 ns apart
	struct rig *rig = crowd_new(LINES, RATE);
	uint64_t start_ns = rig->now_ns, due_ns = LINES * SEC / RATE;

	while (requests(rig) < LINES) {
		one_tick(rig, 64);
		rig->now_ns += 5000;
	}
	uint64_t took_ns = rig->now_ns - start_ns;

	cr_assert(le(u64, took_ns, due_ns + MS / 10));
	cr_assert(ge(u64, took_ns, due_ns - MS - MS / 10), "1 ms of rate at the start, no more");
	rig_free(rig);
}

Test(pace, what_the_bucket_holds_back_is_counted)
{
	struct rig *rig = crowd_new(100, 1000);

	for (int k = 0; k < 8; k++)
		one_tick(rig, 64);
	cr_assert(ge(u64, rig_count(&rig_counters(rig)->limits[HL_LIMIT_RATE_LIMITED]), 90));
	rig_free(rig);

	rig = crowd_new(100, 0);
	for (int k = 0; k < 8; k++)
		one_tick(rig, 64);
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->limits[HL_LIMIT_RATE_LIMITED]), 0));
	rig_free(rig);
}

static double lateness_ms(const struct rig *rig, double q)
{
	const struct hl_hist *hists[] = { &rig_counters(rig)->lateness };

	return hl_hist_quantile(hists, 1, q) / 1000;
}

// Ten lines that registered and are not answered: each retransmits after 500 ms.
static struct rig *unanswered_new(void)
{
	struct rig *rig = rig_new("", 10);

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(eq(u32, rig->n, 10));
	rig_pass(rig, 450 * MS);
	return rig;
}

Test(pace, timers_in_time_are_not_late)
{
	struct rig *rig = unanswered_new();

	rig_pass(rig, 200 * MS);
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->retransmissions[HL_REGISTER]), 10));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->limits[HL_LIMIT_LATE]), 0));
	cr_assert(lt(dbl, lateness_ms(rig, 1), 1));
	rig_free(rig);
}

Test(pace, a_worker_that_stood_still_says_how_late_its_timers_were)
{
	struct rig *rig = unanswered_new();
	const struct hl_counters *c = rig_counters(rig);

	rig->now_ns += 75 * MS; // due after 50
	one_tick(rig, 64);
	cr_assert(eq(u64, rig_count(&c->retransmissions[HL_REGISTER]), 10));
	cr_assert(eq(u64, rig_count(&c->limits[HL_LIMIT_LATE]), 10));
	cr_assert(ge(dbl, lateness_ms(rig, 1), 23));
	cr_assert(le(dbl, lateness_ms(rig, 1), 28));
	rig_free(rig);
}

Test(pace, a_device_without_room_makes_timers_late_and_that_is_counted)
{
	struct rig *rig = unanswered_new();
	const struct hl_counters *c = rig_counters(rig);

	for (int k = 0; k < 100; k++, rig->now_ns += MS)
		one_tick(rig, 0);
	cr_assert(eq(u64, rig_count(&c->retransmissions[HL_REGISTER]), 0));
	one_tick(rig, 64);
	cr_assert(eq(u64, rig_count(&c->retransmissions[HL_REGISTER]), 10));
	cr_assert(eq(u64, rig_count(&c->limits[HL_LIMIT_LATE]), 10));
	cr_assert(ge(dbl, lateness_ms(rig, 1), 46));
	cr_assert(le(dbl, lateness_ms(rig, 1), 56));
	rig_free(rig);
}
