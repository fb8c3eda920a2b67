// SPDX-License-Identifier: BSD-3-Clause
// The token bucket: the rate holds, a stall is not made up for, a full burst loses nothing; and what
// is late is counted.
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

Test(pace, a_stall_is_not_made_up_for)
{
	struct rig *rig = rig_new_rate("", 200, 1000);
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = 200 };
	uint32_t sent = 0;

	hl_worker_command(rig->worker, &enable);
	for (int k = 0; k < 8; k++)
		one_tick(rig, 64); // all lines want to register, a few may
	rig->now_ns += 100 * MS;   // 100 requests were due in this time
	for (int k = 0; k < 8; k++)
		sent += one_tick(rig, 64);
	cr_assert(ge(u32, sent, 1));
	cr_assert(le(u32, sent, 3), "a burst is at most 1 ms of rate, not %u", sent);
	rig_free(rig);
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

Test(pace, whatever_stalls_no_span_has_more_than_its_rate_and_1_ms_of_it)
{
	enum { RATE = 10000, LINES = 3000, BURST = RATE / 1000 };
	static uint64_t at_ns[LINES];
	struct rig *rig = crowd_new(LINES, RATE);
	struct rng rng;
	uint32_t n = 0;

	rng_seed(&rng, 7);
	while (n < LINES) {
		one_tick(rig, 64);
		while (n < LINES && n < requests(rig)) // the last tick may send more
			at_ns[n++] = rig->now_ns;
		// mostly polls of 20 us, sometimes a stall of up to 30 ms
		rig->now_ns += rng_below(&rng, 50) ? 20000 : rng_below(&rng, 30 * MS);
	}
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = i; j < n; j++) {
			uint64_t due = (at_ns[j] - at_ns[i]) * RATE / SEC;

			cr_assert(le(u64, j - i + 1, due + BURST + 1), "requests %u to %u", i, j);
		}
	rig_free(rig);
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
