// SPDX-License-Identifier: BSD-3-Clause
// What is sent again, when, and for how long (RFC 6298, RFC 9293 3.8).
#include "bed.h"

#define CONN(BED, I) (&(BED)->end[I].c)

static bool all(struct bed *bed, uint8_t from, const struct tcp_segment *s)
{
	(void)bed;
	(void)from;
	(void)s;
	return true;
}

// Milliseconds until the next deadline of end 0.
static uint32_t ahead_ms(const struct bed *bed)
{
	return (uint32_t)((bed_deadline(bed, 0) - bed->now_ns) / BED_MS);
}

static void near(uint32_t ms, uint32_t wanted)
{
	cr_expect(ms + 4 > wanted && ms < wanted + 4, "%u ms instead of %u", ms, wanted);
}

Test(timers, a_syn_is_sent_again_ever_later_and_at_last_given_up)
{
	static const uint32_t waits[] = { 1000, 2000, 4000, 8000, 16000, 32000, 60000 };
	struct bed *bed = bed_new(1);

	bed->eats = all;
	bed_connect(bed);
	bed_output(bed, 0);
	for (unsigned k = 0; k < 7; k++) {
		near(ahead_ms(bed), waits[k]);
		cr_expect_eq(bed->end[0].sent, k + 1);
		bed_step(bed, UINT64_MAX);
	}
	cr_expect_eq(bed->end[0].events, TCP_EVENT_TIMEOUT | TCP_EVENT_CLOSED);
	cr_expect_eq(bed->end[0].sent, 7, "no reset follows: there was no connection");
	bed_free(bed);
}

Test(timers, data_is_sent_again_ever_later_and_at_last_given_up)
{
	struct bed *bed = bed_open(2);
	uint32_t sent = bed->end[0].sent;

	bed->eats = all;
	bed->end[0].to_write = 100;
	bed_output(bed, 0);
	for (unsigned k = 0; k < 9; k++) {
		uint32_t wanted = 1000u << k;
		near(ahead_ms(bed), wanted < 60000 ? wanted : 60000);
		cr_expect_eq(bed->end[0].sent - sent, k + 1);
		bed_step(bed, UINT64_MAX);
	}
	cr_expect_eq(bed->end[0].events & (TCP_EVENT_TIMEOUT | TCP_EVENT_CLOSED),
		     TCP_EVENT_TIMEOUT | TCP_EVENT_CLOSED);
	cr_expect_eq(bed->end[0].sent - sent, 10, "and a reset");
	bed_free(bed);
}

Test(timers, the_time_out_follows_the_round_trip)
{
	struct bed *bed = bed_new(3);

	bed->delay_ns = 2000 * BED_MS; // 4 s there and back
	bed_connect(bed);
	bed_output(bed, 0);
	bed_run(bed, 20000);
	cr_assert_eq(CONN(bed, 0)->state, TCP_ESTABLISHED);
	for (unsigned k = 0; k < 30; k++) {
		bed->end[0].to_write += 10;
		bed_output(bed, 0);
		bed_run(bed, 10000);
	}
	uint32_t resent = (uint32_t)bed->end[0].t.counters.resent;
	bed->end[0].to_write += 10;
	bed_output(bed, 0);
	cr_expect_gt(ahead_ms(bed), 4000);
	cr_expect_lt(ahead_ms(bed), 6000);
	bed_run(bed, 10000);
	cr_expect_eq(bed->end[0].t.counters.resent, resent);
	bed_free(bed);
}

Test(timers, a_closed_window_is_asked_about_for_as_long_as_it_is_answered)
{
	struct bed *bed = bed_open(4);
	struct bed_end *end = &bed->end[0];

	bed->end[1].window = 0;
	end->to_write = 100;
	bed->end[1].to_write = 1; // tells of the window
	bed_output(bed, 1);
	bed_run(bed, 50);
	cr_assert_eq(CONN(bed, 0)->snd_wnd, 0);
	bed_output(bed, 0);
	cr_expect_eq(bed->end[1].came, 0);
	// The peer takes the byte of a probe, though it need not.
	bed_run(bed, 3600000);
	cr_expect_eq(CONN(bed, 0)->state, TCP_ESTABLISHED, "an hour is not too long");
	cr_expect_gt(end->t.counters.probes, 20);
	bed->end[1].window = 5000;
	bed->end[1].to_write = 2;
	bed_output(bed, 1);
	bed_run(bed, 3000);
	cr_expect_eq(bed->end[1].came, 100);
	cr_expect_eq(CONN(bed, 0)->queue, TCP_NO_QUEUE);
	bed_free(bed);
}

Test(timers, probes_of_a_window_come_ever_later_and_end_without_an_answer)
{
	struct bed *bed = bed_open(5);
	struct tcp_segment closed = bed_from_peer(bed, 0, TCP_ACK);
	struct tcp_result r;
	uint32_t last = 0;

	closed.window = 0;
	tcp_input(&bed->end[0].t, CONN(bed, 0), &closed, &r);
	bed->eats = all;
	bed->end[0].to_write = 100;
	bed_output(bed, 0);
	cr_expect_eq(bed->end[0].t.counters.probes, 0);
	for (unsigned k = 0; k < 8; k++) {
		cr_expect_geq(ahead_ms(bed), last);
		last = ahead_ms(bed);
		bed_step(bed, UINT64_MAX);
		cr_expect_eq(bed->end[0].t.counters.probes, k + 1);
	}
	near(last, 60000);
	bed_step(bed, UINT64_MAX);
	cr_expect_eq(CONN(bed, 0)->state, TCP_CLOSED);
	cr_expect(bed->end[0].events & TCP_EVENT_TIMEOUT);
	bed_free(bed);
}

Test(timers, an_idle_peer_is_asked_whether_it_still_is_there)
{
	struct bed *bed = bed_open(6);
	struct bed_end *end = &bed->end[0];
	uint32_t at;

	end->t.options.keepalive_s = 7200;
	end->to_write = 10;
	bed_output(bed, 0);
	bed_run(bed, 100);
	cr_assert(tcp_deadline(CONN(bed, 0), &at));
	near(ahead_ms(bed), 7200000 + 10 - 100);
	bed_run(bed, 7200000);
	cr_expect_eq(end->t.counters.probes, 1);
	cr_expect_eq(CONN(bed, 0)->retries, 0, "it was answered");
	near(ahead_ms(bed), 7200000 + 2 * 10 - 100);
	bed->eats = all;
	bed_run(bed, 7200000 + 9 * 60000 + 1000);
	cr_expect_eq(end->t.counters.probes, 1 + 9);
	cr_expect_eq(CONN(bed, 0)->state, TCP_CLOSED);
	cr_expect(end->events & TCP_EVENT_TIMEOUT);
	bed_free(bed);
}

Test(timers, a_peer_that_never_closes_is_left_behind)
{
	struct bed *bed = bed_open(7);

	bed->end[0].closes = true;
	bed_output(bed, 0);
	bed_run(bed, 59000);
	cr_expect_eq(CONN(bed, 0)->state, TCP_FIN_WAIT_2);
	bed_run(bed, 2000);
	cr_expect_eq(CONN(bed, 0)->state, TCP_CLOSED);
	cr_expect_eq(bed->end[0].n_closed, 1);
	bed_free(bed);
}

Test(timers, clocks_and_numbers_come_round)
{
	// ticks end after 156 hours, milliseconds after 49 days, numbers whenever they do
	static const uint64_t ends[] = { 1ull << 49, (1ull << 32) * BED_MS };

	for (unsigned k = 0; k < 2; k++)
		for (uint64_t seed = 0; seed < 50; seed++) {
			struct bed *bed = bed_new(seed);

			bed_now(bed, ends[k] - 300 * BED_MS);
			bed->lose = 100;
			bed->delay_ns = 20 * BED_MS;
			bed_connect(bed);
			CONN(bed, 0)->snd_una = CONN(bed, 0)->snd_nxt = (uint32_t)-3000;
			bed->end[0].to_write = bed->end[1].to_write = 20000;
			bed_output(bed, 0);
			bed_run(bed, 300000);
			cr_assert_eq(bed->end[0].came, 20000, "seed %lu", seed);
			cr_assert_eq(bed->end[1].came, 20000, "seed %lu", seed);
			bed_free(bed);
		}
}
