// SPDX-License-Identifier: BSD-3-Clause
// The search against servers that are known, and generators that are not up to it.

#include <math.h>

#include <criterion/criterion.h>

#include "session/rate_search.h"

static unsigned trials;

// A server that fails beyond `limit`, a generator that fails beyond `able`; a short trial does not notice what is
// less than `hidden` too much.
static enum trial_outcome trial(const struct rate_search *s, double limit, double able,
				double hidden)
{
	trials++;
	if (s->rate > able)
		return TRIAL_GENERATOR;
	return s->rate > limit * (s->step == SEARCH_VERIFY ? 1 : 1 + hidden) ? TRIAL_MISSED
									     : TRIAL_MET;
}

static struct rate_search run(double start, double top, double limit, double able, double hidden)
{
	struct rate_search s;

	trials = 0;
	rate_search_begin(&s, start, top);
	while (s.end == SEARCH_UNDER_WAY) {
		rate_search_note(&s, trial(&s, limit, able, hidden));
		cr_assert_lt(trials, 100);
	}
	return s;
}

Test(rate_search, a_limit_is_found_within_a_percent_wherever_the_search_begins)
{
	static const double limits[] = { 3, 47, 100, 1234, 5000, 99999, 2000000 };
	static const double starts[] = { 1, 100, 5000, 500000 };

	for (unsigned i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		for (unsigned k = 0; k < sizeof(starts) / sizeof(*starts); k++) {
			struct rate_search s = run(starts[k], 0, limits[i], INFINITY, 0);
			cr_expect_eq(s.end, SEARCH_FOUND);
			cr_expect(s.rate <= limits[i] && s.rate >= limits[i] * 0.99 - 1,
				  "%f of %f from %f", s.rate, limits[i], starts[k]);
			cr_expect(s.bad > limits[i]);
			cr_expect_lt(trials, 70, "%u", trials);
		}
}

Test(rate_search, what_a_short_trial_does_not_notice_a_longer_one_does)
{
	struct rate_search s = run(100, 0, 5000, INFINITY, 0.04);

	cr_expect_eq(s.end, SEARCH_FOUND);
	cr_expect(s.rate <= 5000 && s.rate >= 5000 * 0.97, "%f", s.rate);
}

Test(rate_search, far_too_high_a_candidate_comes_down_in_few_trials)
{
	for (double hidden = 0; hidden < 0.6; hidden += 0.01) {
		struct rate_search s = run(100, 0, 5000, INFINITY, hidden);
		cr_expect_eq(s.end, SEARCH_FOUND);
		cr_expect(s.rate <= 5000 && s.rate >= 5000 * 0.97, "%f", s.rate);
		cr_expect(s.bad > 5000 && s.bad <= s.rate * 1.03, "%f", s.bad);
		cr_expect_lt(trials, 50, "%u at %f", trials, hidden);
	}
}

Test(rate_search, a_generator_that_cannot_is_told_from_a_server_that_does_not)
{
	struct rate_search s = run(100, 0, 5000, 900, 0);

	cr_expect_eq(s.end, SEARCH_GENERATOR);
	cr_expect(s.good <= 900 && s.good > 900 / 1.6);
	cr_expect_eq(s.bad, 0);
}

Test(rate_search, the_highest_rate_to_be_tried_is_the_end_of_it)
{
	struct rate_search s = run(100, 700, 5000, INFINITY, 0);

	cr_expect_eq(s.end, SEARCH_TOP);
	cr_expect_eq(s.rate, 700);
	s = run(1000, 700, 5000, INFINITY, 0);
	cr_expect_eq(s.end, SEARCH_TOP);
	cr_expect_eq(s.rate, 700);
}

Test(rate_search, a_server_that_answers_nothing_has_no_rate)
{
	struct rate_search s = run(100, 0, 0, INFINITY, 0);

	cr_expect_eq(s.end, SEARCH_NONE);
	cr_expect_eq(s.good, 0);
}

// The machine was busy at the begin, so that two trials in a row went wrong at a rate that the server can do.
Test(rate_search, a_rate_that_failed_once_is_doubted_when_all_below_it_goes_well)
{
	static const double starts[] = { 100, 2000, 4000 };

	for (unsigned i = 0; i < 3; i++) {
		struct rate_search s;

		trials = 0;
		rate_search_begin(&s, starts[i], 0);
		rate_search_note(&s, TRIAL_MISSED);
		rate_search_note(&s, TRIAL_MISSED);
		while (s.end == SEARCH_UNDER_WAY) {
			rate_search_note(&s, trial(&s, 5000, INFINITY, 0.01));
			cr_assert_lt(trials, 100);
		}
		cr_expect_eq(s.end, SEARCH_FOUND);
		cr_expect(s.rate <= 5000 && s.rate >= 5000 * 0.97, "%f from %f", s.rate, starts[i]);
	}
}

Test(rate_search, a_single_trial_that_goes_wrong_proves_nothing)
{
	struct rate_search s;

	rate_search_begin(&s, 100, 0);
	rate_search_note(&s, TRIAL_MISSED);
	cr_expect_eq(s.rate, 100);
	rate_search_note(&s, TRIAL_MET);
	cr_expect_eq(s.rate, 150);
	cr_expect_eq(s.bad, 0);
	rate_search_note(&s, TRIAL_GENERATOR);
	cr_expect_eq(s.end, SEARCH_UNDER_WAY);
	rate_search_note(&s, TRIAL_MISSED);
	cr_expect_eq(s.bad, 150);
}
