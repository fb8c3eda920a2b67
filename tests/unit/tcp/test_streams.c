// SPDX-License-Identifier: BSD-3-Clause
// Whatever a network does to segments: each byte arrives once and in order, and both ends come to their end.
#include "bed.h"

static void streams_run(struct bed *bed, uint64_t seed)
{
	for (unsigned i = 0; i < 2; i++)
		bed->end[i].closes = true;
	bed_connect(bed);
	bed_output(bed, 0);
	bed_run(bed, 12 * 3600000);
	for (unsigned i = 0; i < 2; i++) {
		struct bed_end *end = &bed->end[i];

		cr_assert_eq(end->n_open, 1, "seed %lu: end %u", seed, i);
		cr_assert_eq(end->came, bed->end[!i].to_write, "seed %lu: end %u has %u of %u",
			     seed, i, end->came, bed->end[!i].to_write);
		cr_assert_eq(end->n_end, 1, "seed %lu: end %u", seed, i);
		cr_assert_eq(end->n_closed, 1, "seed %lu: end %u, state %u", seed, i, end->c.state);
		cr_assert_eq(end->c.state, TCP_CLOSED);
		cr_assert_eq(end->c.queue, TCP_NO_QUEUE);
		cr_assert_not(end->events &
				      (TCP_EVENT_RESET | TCP_EVENT_TIMEOUT | TCP_EVENT_REFUSED),
			      "seed %lu: end %u", seed, i);
	}
}

// Without patience's end: a network that loses every fifth takes its time.
static void be_patient(struct bed *bed)
{
	for (unsigned i = 0; i < 2; i++) {
		bed->end[i].t.options.resends = bed->end[i].t.options.syn_resends = 40;
		bed->end[i].t.options.resend_max_ms = 4000;
		bed->end[i].t.options.linger_ms = 10 * 3600000;
	}
}

static struct bed *bed_of_seed(uint64_t seed)
{
	static const uint16_t windows[] = { UINT16_MAX, 32768, 4000, 1000, 100, 7, 1 };
	struct bed *bed = bed_new(seed);
	struct rng *rng = &bed->rng;

	be_patient(bed);
	bed->lose = rng_below(rng, 3) * rng_below(rng, 100);
	bed->twice = rng_below(rng, 2) * rng_below(rng, 200);
	bed->late = rng_below(rng, 2) * rng_below(rng, 500);
	bed->delay_ns = 1 + rng_below(rng, 200) * BED_MS;
	bed->mss = (uint16_t)(100 + rng_below(rng, 1360));
	for (unsigned i = 0; i < 2; i++) {
		struct bed_end *end = &bed->end[i];

		end->window = windows[rng_below(rng, sizeof(windows) / sizeof(*windows))];
		// one byte a round trip, at worst
		bed->end[!i].to_write = rng_below(rng, end->window < 1000 ? 3000 : 60000);
		end->chunk = 1 + rng_below(rng, 2000);
	}
	return bed;
}

Test(streams, arrive_whole_through_a_clean_network)
{
	struct bed *bed = bed_new(1);

	bed->end[0].to_write = bed->end[1].to_write = 500000;
	streams_run(bed, 1);
	cr_expect_eq(bed->end[0].t.counters.resent, 0);
	cr_expect_eq(bed->end[1].t.counters.resent, 0);
	bed_free(bed);
}

Test(streams, arrive_whole_through_networks_of_2000_seeds)
{
	uint64_t lost = 0;

	for (uint64_t seed = 1; seed <= 2000; seed++) {
		struct bed *bed = bed_of_seed(seed);

		streams_run(bed, seed);
		lost += bed->lost;
		bed_free(bed);
	}
	cr_expect_gt(lost, 10000, "this tests nothing");
}

Test(streams, a_lost_segment_among_many_is_sent_again_before_its_time_out)
{
	struct bed *bed = bed_open(3);
	struct bed_end *end = &bed->end[0];

	end->to_write = 60000;
	bed_output(bed, 0);
	bed_run(bed, 12); // the window has grown
	bed->lose = 1000;
	bed_step(bed, UINT64_MAX);
	bed->lose = 0;
	bed_run(bed, 600);
	cr_expect_eq(bed->end[1].came, 60000);
	cr_expect_gt(bed->lost, 0);
	cr_expect_eq(end->c.retries, 0);
	cr_expect_eq(end->c.queue, TCP_NO_QUEUE);
	bed_free(bed);
}
