// SPDX-License-Identifier: BSD-3-Clause
// A connection from its first segment to its last (RFC 9293 3.5 and 3.6).
#include "bed.h"

#define CONN(BED, I) (&(BED)->end[I].c)

Test(life, three_segments_open_and_four_close)
{
	struct bed *bed = bed_open(1);

	cr_expect_eq(bed->end[0].sent, 2);
	cr_expect_eq(bed->end[1].sent, 1);
	cr_expect_eq(bed->end[0].n_open, 1);
	cr_expect_eq(bed->end[1].n_open, 1);
	bed->end[0].closes = true;
	bed_output(bed, 0);
	bed_run(bed, 100);
	cr_expect_eq(CONN(bed, 0)->state, TCP_FIN_WAIT_2);
	cr_expect_eq(CONN(bed, 1)->state, TCP_CLOSE_WAIT);
	cr_expect_eq(bed->end[1].n_end, 1);
	bed->end[1].closes = true;
	bed_output(bed, 1);
	bed_run(bed, 100);
	cr_expect_eq(CONN(bed, 0)->state, TCP_TIME_WAIT);
	cr_expect_eq(CONN(bed, 1)->state, TCP_CLOSED);
	cr_expect_eq(bed->end[1].n_closed, 1);
	cr_expect_eq(bed->end[0].sent, 4);
	cr_expect_eq(bed->end[1].sent, 3);
	bed_run(bed, 59000);
	cr_expect_eq(CONN(bed, 0)->state, TCP_TIME_WAIT);
	bed_run(bed, 2000);
	cr_expect_eq(CONN(bed, 0)->state, TCP_CLOSED);
	cr_expect_eq(bed->end[0].n_closed, 1);
	bed_free(bed);
}

Test(life, an_idle_connection_takes_64_bytes_and_no_timer)
{
	struct bed *bed = bed_open(2);
	uint32_t at;

	cr_expect_eq(sizeof(struct tcp_conn), 64);
	cr_expect_eq(CONN(bed, 0)->queue, TCP_NO_QUEUE);
	cr_expect_not(tcp_deadline(CONN(bed, 0), &at));
	bed->end[0].to_write = 3000;
	bed_output(bed, 0);
	cr_expect(tcp_deadline(CONN(bed, 0), &at));
	bed_run(bed, 100);
	cr_expect_eq(bed->end[1].came, 3000);
	cr_expect_eq(CONN(bed, 0)->queue, TCP_NO_QUEUE);
	cr_expect_not(tcp_deadline(CONN(bed, 0), &at));
	bed_free(bed);
}

Test(life, the_other_side_may_go_on_after_one_has_closed)
{
	struct bed *bed = bed_open(3);

	bed->end[0].closes = true;
	bed_output(bed, 0);
	bed_run(bed, 100);
	bed->end[1].to_write = 50000;
	bed->end[1].closes = true;
	bed_output(bed, 1);
	bed_run(bed, 1000);
	cr_expect_eq(bed->end[0].came, 50000);
	cr_expect_eq(bed->end[0].n_end, 1);
	cr_expect_eq(CONN(bed, 0)->state, TCP_TIME_WAIT);
	cr_expect_not(tcp_write(&bed->end[0].t, CONN(bed, 0), "x", 1), "its own way is closed");
	bed_free(bed);
}

Test(life, both_may_close_at_once)
{
	struct bed *bed = bed_open(4);

	for (uint8_t i = 0; i < 2; i++) {
		bed->end[i].closes = true;
		bed_output(bed, i);
		cr_expect_eq(CONN(bed, i)->state, TCP_FIN_WAIT_1);
	}
	bed_run(bed, 6);
	for (unsigned i = 0; i < 2; i++)
		cr_expect_eq(CONN(bed, i)->state, TCP_CLOSING);
	bed_run(bed, 100);
	for (unsigned i = 0; i < 2; i++)
		cr_expect_eq(CONN(bed, i)->state, TCP_TIME_WAIT);
	bed_free(bed);
}

Test(life, both_may_open_at_once)
{
	struct bed *bed = bed_new(5);

	for (uint8_t i = 0; i < 2; i++) {
		tcp_connect(&bed->end[i].t, CONN(bed, i), &(struct tcp_ends){ { i } }, bed->mss);
		bed_output(bed, i);
	}
	bed_run(bed, 500);
	for (unsigned i = 0; i < 2; i++) {
		cr_expect_eq(CONN(bed, i)->state, TCP_ESTABLISHED);
		cr_expect_eq(bed->end[i].n_open, 1);
		cr_expect_lt(bed->end[i].sent, 5, "they do not go on for ever");
		bed->end[i].to_write = 2000;
	}
	bed_output(bed, 0);
	bed_output(bed, 1);
	bed_run(bed, 500);
	cr_expect_eq(bed->end[0].came, 2000);
	cr_expect_eq(bed->end[1].came, 2000);
	bed_free(bed);
}

Test(life, a_refused_connection_is_refused_at_once)
{
	struct bed *bed = bed_new(6);
	struct tcp_segment syn, reset;
	struct tcp_result r;

	bed_connect(bed);
	cr_assert(bed_take(bed, 0, &syn));
	cr_expect(tcp_refuse(&syn, &reset));
	cr_expect_eq(reset.flags, TCP_RST | TCP_ACK);
	cr_expect_eq(reset.ack, syn.seq + 1);
	tcp_input(&bed->end[0].t, CONN(bed, 0), &reset, &r);
	cr_expect_eq(r.events, TCP_EVENT_REFUSED | TCP_EVENT_CLOSED);
	cr_expect_eq(CONN(bed, 0)->state, TCP_CLOSED);
	cr_expect_not(tcp_has_output(&bed->end[0].t, CONN(bed, 0)));
	cr_expect_not(tcp_refuse(&reset, &syn), "no reset is answered by one");
	bed_free(bed);
}

Test(life, an_aborted_connection_resets_the_other)
{
	struct bed *bed = bed_open(7);
	uint32_t at;

	bed->end[0].to_write = 5000;
	bed_write(bed, 0);
	tcp_abort(&bed->end[0].t, CONN(bed, 0));
	cr_expect_not(tcp_deadline(CONN(bed, 0), &at));
	bed->end[0].to_write = 0;
	bed_output(bed, 0);
	bed_run(bed, 100);
	cr_expect_eq(bed->end[1].events & (TCP_EVENT_RESET | TCP_EVENT_CLOSED),
		     TCP_EVENT_RESET | TCP_EVENT_CLOSED);
	cr_expect_eq(CONN(bed, 1)->state, TCP_CLOSED);
	bed_free(bed);
}

Test(life, what_was_written_before_it_opened_is_sent_then)
{
	struct bed *bed = bed_new(8);

	bed->end[0].to_write = 5000;
	bed_connect(bed);
	bed_output(bed, 0);
	bed_run(bed, 200);
	cr_expect_eq(bed->end[1].came, 5000);
	bed_free(bed);
}

Test(life, one_that_is_closed_before_it_opened_never_was)
{
	struct bed *bed = bed_new(8);
	uint32_t at;

	bed_connect(bed);
	cr_assert(tcp_write(&bed->end[0].t, CONN(bed, 0), "bytes", 5));
	tcp_close(&bed->end[0].t, CONN(bed, 0));
	cr_expect_eq(CONN(bed, 0)->state, TCP_CLOSED);
	cr_expect_not(tcp_has_output(&bed->end[0].t, CONN(bed, 0)));
	cr_expect_not(tcp_deadline(CONN(bed, 0), &at));
	bed_free(bed);
}

Test(life, a_segment_is_no_longer_than_both_allow)
{
	struct bed *bed = bed_new(9);
	struct tcp_segment s;

	bed->mss = 1000;
	tcp_connect(&bed->end[0].t, CONN(bed, 0), &(struct tcp_ends){ { 1 } }, 1460);
	cr_assert(bed_take(bed, 0, &s));
	cr_expect_eq(s.mss, 1460);
	cr_assert(tcp_accept(&bed->end[1].t, CONN(bed, 1), &(struct tcp_ends){ { 2 } }, 1000, &s));
	cr_assert(bed_take(bed, 1, &s));
	cr_expect_eq(s.mss, 1000);
	struct tcp_result r;
	tcp_input(&bed->end[0].t, CONN(bed, 0), &s, &r);
	cr_expect_eq(CONN(bed, 0)->mss, 1000 - TCP_STAMPS_BYTES);
	bed_free(bed);
}

Test(life, a_peer_without_options_gets_small_segments_and_no_timestamps)
{
	struct bed *bed = bed_new(10);
	struct tcp_segment syn, s;
	struct tcp_result r;

	bed_connect(bed);
	cr_assert(bed_take(bed, 0, &syn));
	s = (struct tcp_segment){
		.seq = 77, .ack = syn.seq + 1, .flags = TCP_SYN | TCP_ACK, .window = 5000
	};
	tcp_input(&bed->end[0].t, CONN(bed, 0), &s, &r);
	cr_expect_eq(r.events, TCP_EVENT_OPEN);
	cr_expect_eq(CONN(bed, 0)->mss, 536);
	cr_assert(bed_take(bed, 0, &s));
	cr_expect_not(s.has_stamps);
	cr_expect_eq(s.ack, 78);
	bed_free(bed);
}

Test(life, first_numbers_differ_by_time_ends_and_key)
{
	struct bed *a = bed_new(11), *b = bed_new(12);
	struct tcp_conn c = { 0 };
	uint32_t first;

	bed_now(a, 1000 * BED_MS);
	bed_now(b, 1000 * BED_MS);
	tcp_connect(&a->end[0].t, &c, &(struct tcp_ends){ { 1 } }, 1460);
	first = c.snd_una;
	tcp_connect(&a->end[0].t, &c, &(struct tcp_ends){ { 2 } }, 1460);
	cr_expect_neq(c.snd_una, first);
	tcp_connect(&b->end[0].t, &c, &(struct tcp_ends){ { 1 } }, 1460);
	cr_expect_neq(c.snd_una, first);
	bed_now(a, 1004 * BED_MS);
	tcp_connect(&a->end[0].t, &c, &(struct tcp_ends){ { 1 } }, 1460);
	cr_expect_eq(c.snd_una, first + 1000, "one every 4 us");
	bed_free(a);
	bed_free(b);
}

Test(life, a_new_connection_may_follow_one_in_time_wait)
{
	struct bed *bed = bed_open(13);
	struct tcp_result r;

	bed->end[1].closes = true; // the one that waits is the one that was called
	bed_output(bed, 1);
	bed_run(bed, 50);
	bed->end[0].closes = true;
	bed_output(bed, 0);
	bed_run(bed, 50);
	cr_assert_eq(CONN(bed, 1)->state, TCP_TIME_WAIT);
	struct tcp_segment syn = bed_from_peer(bed, 1, TCP_SYN);
	syn.stamp++;
	tcp_input(&bed->end[1].t, CONN(bed, 1), &syn, &r);
	cr_expect_eq(r.events, TCP_EVENT_AGAIN);
	syn.stamp -= 2;
	tcp_input(&bed->end[1].t, CONN(bed, 1), &syn, &r);
	cr_expect_eq(r.events, 0, "an old one");
	cr_expect_eq(CONN(bed, 1)->state, TCP_TIME_WAIT);
	bed_free(bed);
}
