// SPDX-License-Identifier: BSD-3-Clause
// Segments of somebody who guesses (RFC 5961), and whatever else may come: a connection stays what it is.
#include "bed.h"

#define CONN(BED, I) (&(BED)->end[I].c)

static uint32_t came(struct bed *bed, uint8_t i, const struct tcp_segment *in)
{
	struct tcp_result r;

	tcp_input(&bed->end[i].t, CONN(bed, i), in, &r);
	return r.events;
}

// End 0 says: I am here, and expect that.
static void challenged(struct bed *bed)
{
	struct tcp_segment s;

	cr_assert(bed_take(bed, 0, &s));
	cr_expect_eq(s.flags, TCP_ACK);
	cr_expect_eq(s.ack, CONN(bed, 0)->rcv_nxt);
	cr_expect_eq(s.len, 0);
	cr_expect_not(bed_take(bed, 0, &s));
}

static void silent(struct bed *bed)
{
	struct tcp_segment s;

	cr_expect_not(bed_take(bed, 0, &s));
}

Test(hostile, a_reset_counts_only_with_the_very_next_number)
{
	struct bed *bed = bed_open(1);
	struct tcp_segment s = bed_from_peer(bed, 0, TCP_RST);

	s.seq++;
	cr_expect_eq(came(bed, 0, &s), 0);
	challenged(bed);
	s.seq += TCP_WINDOW - 2;
	cr_expect_eq(came(bed, 0, &s), 0);
	challenged(bed);
	s.seq++;
	cr_expect_eq(came(bed, 0, &s), 0, "outside of the window");
	silent(bed);
	s.seq = CONN(bed, 0)->rcv_nxt - 1;
	cr_expect_eq(came(bed, 0, &s), 0);
	silent(bed);
	s.seq++;
	cr_expect_eq(came(bed, 0, &s), TCP_EVENT_RESET | TCP_EVENT_CLOSED);
	silent(bed);
	bed_free(bed);
}

Test(hostile, a_syn_resets_nothing)
{
	struct bed *bed = bed_open(2);
	struct tcp_segment s = bed_from_peer(bed, 0, TCP_SYN);

	cr_expect_eq(came(bed, 0, &s), 0);
	challenged(bed);
	s.flags |= TCP_ACK;
	cr_expect_eq(came(bed, 0, &s), 0);
	challenged(bed);
	cr_expect_eq(CONN(bed, 0)->state, TCP_ESTABLISHED);
	bed_free(bed);
}

Test(hostile, data_comes_with_an_acknowledgement_of_what_was_sent)
{
	struct bed *bed = bed_open(3);
	struct tcp_segment s = bed_from_peer(bed, 0, TCP_ACK);

	s.data = (const uint8_t *)"data";
	s.len = 4;
	s.ack = CONN(bed, 0)->snd_nxt + 1;
	cr_expect_eq(came(bed, 0, &s), 0, "of what was not yet sent");
	challenged(bed);
	s.ack = CONN(bed, 0)->snd_una - CONN(bed, 0)->max_wnd - 1;
	cr_expect_eq(came(bed, 0, &s), 0, "of what is long gone");
	challenged(bed);
	s.ack++;
	cr_expect_eq(came(bed, 0, &s), TCP_EVENT_DATA);
	bed_free(bed);
}

Test(hostile, challenges_are_counted_out)
{
	struct bed *bed = bed_open(4);
	struct tcp_segment s = bed_from_peer(bed, 0, TCP_SYN), out;
	unsigned n = 0;

	for (unsigned k = 0; k < 10000; k++) {
		came(bed, 0, &s);
		n += bed_take(bed, 0, &out);
	}
	cr_expect_geq(n, 500);
	cr_expect_lt(n, 1500);
	bed_free(bed);
}

Test(hostile, old_duplicates_are_known_by_their_timestamps)
{
	struct bed *bed = bed_open(5);
	struct tcp_segment s = bed_from_peer(bed, 0, TCP_ACK);

	s.data = (const uint8_t *)"data";
	s.len = 4;
	s.stamp--;
	cr_expect_eq(came(bed, 0, &s), 0);
	challenged(bed);
	s.has_stamps = false;
	cr_expect_eq(came(bed, 0, &s), 0, "they were agreed on");
	silent(bed);
	bed_now(bed, bed->now_ns + 25ull * 24 * 3600 * 1000 * BED_MS);
	s.has_stamps = true;
	cr_expect_eq(came(bed, 0, &s), TCP_EVENT_DATA, "after 24 days they tell nothing");
	bed_free(bed);
}

Test(hostile, what_comes_twice_or_too_early_goes_up_once_and_in_order)
{
	struct bed *bed = bed_open(6);
	struct tcp_segment s = bed_from_peer(bed, 0, TCP_ACK);
	struct tcp_result r;

	s.data = (const uint8_t *)"0123456789";
	s.len = 10;
	s.seq += 5;
	cr_expect_eq(came(bed, 0, &s), 0);
	challenged(bed);
	s.seq -= 5;
	cr_expect_eq(came(bed, 0, &s), TCP_EVENT_DATA);
	challenged(bed);
	cr_expect_eq(came(bed, 0, &s), 0);
	challenged(bed);
	s.seq += 7;
	tcp_input(&bed->end[0].t, CONN(bed, 0), &s, &r);
	cr_expect_eq(r.len, 7);
	cr_expect_arr_eq(r.data, "3456789", 7);
	bed_free(bed);
}

Test(hostile, a_fin_beyond_a_gap_is_not_taken)
{
	struct bed *bed = bed_open(7);
	struct tcp_segment s = bed_from_peer(bed, 0, TCP_ACK | TCP_FIN);

	s.seq += 100;
	cr_expect_eq(came(bed, 0, &s), 0);
	challenged(bed);
	cr_expect_eq(CONN(bed, 0)->state, TCP_ESTABLISHED);
	s.seq -= 100;
	cr_expect_eq(came(bed, 0, &s), TCP_EVENT_END);
	cr_expect_eq(CONN(bed, 0)->state, TCP_CLOSE_WAIT);
	challenged(bed);
	cr_expect_eq(came(bed, 0, &s), 0, "it comes once");
	bed_free(bed);
}

Test(hostile, an_answer_to_no_syn_of_ours_is_reset)
{
	struct bed *bed = bed_new(8);
	struct tcp_segment syn, s;
	struct tcp_result r;

	bed_connect(bed);
	cr_assert(bed_take(bed, 0, &syn));
	s = (struct tcp_segment){ .seq = 5, .ack = syn.seq + 2, .flags = TCP_SYN | TCP_ACK };
	tcp_input(&bed->end[0].t, CONN(bed, 0), &s, &r);
	cr_expect_eq(r.events, TCP_EVENT_REPLY);
	cr_expect_eq(r.reply.flags, TCP_RST);
	cr_expect_eq(r.reply.seq, s.ack);
	s.flags = TCP_RST | TCP_ACK;
	cr_expect_eq(came(bed, 0, &s), 0, "nor does a reset of it end ours");
	s.flags = TCP_RST;
	s.ack = syn.seq + 1;
	cr_expect_eq(came(bed, 0, &s), 0, "without ACK it is nobody's");
	cr_expect_eq(CONN(bed, 0)->state, TCP_SYN_SENT);
	bed_free(bed);
}

Test(hostile, icmp_shortens_only_what_is_under_way_and_not_without_end)
{
	struct bed *bed = bed_open(9);
	struct bed_end *end = &bed->end[0];
	struct tcp_segment s;
	uint16_t mss = CONN(bed, 0)->mss;

	tcp_too_big(&end->t, CONN(bed, 0), CONN(bed, 0)->snd_una, 600);
	cr_expect_eq(CONN(bed, 0)->mss, mss, "nothing is under way");
	end->to_write = 3000;
	bed_write(bed, 0);
	cr_assert(bed_take(bed, 0, &s));
	tcp_too_big(&end->t, CONN(bed, 0), s.seq - 1, 600);
	tcp_too_big(&end->t, CONN(bed, 0), CONN(bed, 0)->snd_nxt, 600);
	tcp_too_big(&end->t, CONN(bed, 0), s.seq, 100);
	tcp_too_big(&end->t, CONN(bed, 0), s.seq, 1460);
	cr_expect_eq(CONN(bed, 0)->mss, mss);
	tcp_too_big(&end->t, CONN(bed, 0), s.seq, 600);
	cr_expect_eq(CONN(bed, 0)->mss, 600 - TCP_STAMPS_BYTES);
	bed_output(bed, 0);
	bed_run(bed, 100);
	cr_expect_eq(bed->end[1].came, 3000);
	bed_free(bed);
}

// In each state, whatever comes: nothing loops, no block is lost, and numbers stay in order.
Test(hostile, random_segments_do_no_harm_in_any_state)
{
	uint32_t states = 0;

	for (uint64_t seed = 0; seed < 3000; seed++) {
		struct bed *bed = bed_new(seed);
		struct bed_end *end = &bed->end[seed & 1];
		struct tcp_segment s;
		struct tcp_result r;

		bed_connect(bed);
		bed_output(bed, 0);
		bed_run(bed, rng_below(&bed->rng, 20));
		end->to_write = rng_below(&bed->rng, 4000);
		end->closes = rng_below(&bed->rng, 2);
		bed->end[!(seed & 1)].closes = rng_below(&bed->rng, 2);
		if (end->c.state >= TCP_ESTABLISHED)
			bed_output(bed, (uint8_t)(seed & 1));
		bed_run(bed, rng_below(&bed->rng, 30));
		for (unsigned n = 0; n < 300; n++) {
			static const uint8_t junk[2000];

			s = bed_from_peer(bed, seed & 1, (uint8_t)rng_below(&bed->rng, 64));
			if (rng_below(&bed->rng, 2))
				s.seq += rng_below(&bed->rng, 70000) - 35000;
			if (rng_below(&bed->rng, 2))
				s.ack += rng_below(&bed->rng, 9000) - 8000;
			s.window = (uint16_t)rng_below(&bed->rng, 5000);
			s.data = junk;
			s.len = (uint16_t)(rng_below(&bed->rng, 2) * rng_below(&bed->rng, 1400));
			s.stamp += rng_below(&bed->rng, 10);
			states |= 1u << end->c.state;
			tcp_input(&end->t, &end->c, &s, &r);
			for (unsigned k = 0; tcp_output(&end->t, &end->c, &s); k++)
				cr_assert_lt(k, 200);
			cr_assert_leq(tcp_flight(&end->c), 70000);
			if (rng_below(&bed->rng, 20) == 0)
				tcp_timer(&end->t, &end->c);
		}
		tcp_abort(&end->t, &end->c);
		cr_assert_eq(end->t.pool.n_free, end->t.pool.n - 1);
		bed_free(bed);
	}
	cr_expect_eq(states, (1u << TCP_STATES) - 1, "each state was met: %x", states);
}
