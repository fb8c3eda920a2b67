// SPDX-License-Identifier: BSD-3-Clause
// Histogram: buckets without gaps, quantiles against a sorted list, over several workers.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/count.h"
#include "base/rng.h"

static struct hl_hist hist, other;

static double quantile(double q)
{
	const struct hl_hist *const one[] = { &hist };

	return hl_hist_quantile(one, 1, q);
}

Test(hist, buckets_have_neither_gaps_nor_overlaps)
{
	unsigned last = 0;

	cr_assert(eq(uint, hist_bucket(0), 0));
	for (uint64_t us = 1; us < 200000; us++) {
		unsigned bucket = hist_bucket(us);
		cr_assert(bucket == last || bucket == last + 1, "%lu us", (unsigned long)us);
		last = bucket;
	}
	cr_assert(eq(uint, hist_bucket(UINT64_MAX), HL_HIST_BUCKETS - 1));
	cr_assert(eq(uint, hist_bucket((UINT64_C(1) << 31) - 1), HL_HIST_BUCKETS - 1));
	cr_assert(eq(uint, hist_bucket((UINT64_C(1) << 31) - (UINT64_C(1) << 26) - 1),
		     HL_HIST_BUCKETS - 2));
}

Test(hist, without_samples_is_zero)
{
	cr_assert(quantile(0.5) != quantile(0.5), "NAN: nothing was measured");
	cr_assert(hl_hist_quantile(NULL, 0, 0.5) != hl_hist_quantile(NULL, 0, 0.5));
}

Test(hist, small_values_are_exact)
{
	for (uint64_t us = 0; us < 32; us++) {
		hist = (struct hl_hist){ 0 };
		hist_add(&hist, us);
		cr_assert(eq(dbl, quantile(0.5), (double)us));
	}
}

Test(hist, edge_is_the_largest_value_of_the_bucket)
{
	for (unsigned octave = 5; octave < 31; octave++) {
		for (uint64_t step = 16; step < 32; step++) {
			uint64_t from = step << (octave - 4), to = (step + 1) << (octave - 4);
			hist = (struct hl_hist){ 0 };
			hist_add(&hist, from);
			cr_assert(eq(dbl, quantile(1), (double)(to - 1)));
			cr_assert(eq(uint, hist_bucket(from), hist_bucket(to - 1)));
		}
	}
}

Test(hist, share_of_samples_picks_the_rank)
{
	for (uint64_t us = 1; us <= 10; us++)
		hist_add(&hist, us);
	cr_assert(eq(dbl, quantile(0), 1), "the smallest");
	cr_assert(eq(dbl, quantile(0.1), 1));
	cr_assert(eq(dbl, quantile(0.11), 2));
	cr_assert(eq(dbl, quantile(0.5), 5));
	cr_assert(eq(dbl, quantile(0.99), 10));
	cr_assert(eq(dbl, quantile(1), 10));
	cr_assert(eq(dbl, quantile(7), 10), "out of range is the nearest");
	cr_assert(eq(dbl, quantile(-1), 1));
	cr_assert(eq(dbl, quantile(NAN), 1));
}

Test(hist, overflow_counts_in_the_last_bucket)
{
	hist_add(&hist, UINT64_MAX);
	cr_assert(eq(dbl, quantile(0.5), 2147483647.0));
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

Test(hist, quantiles_of_all_workers_are_right_within_six_percent)
{
	enum { N = 20000 };
	static uint64_t us[N];
	static const double qs[] = { 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1 };
	const struct hl_hist *const both[] = { &hist, &other };
	struct rng rng;

	rng_seed(&rng, 11);
	for (int i = 0; i < N; i++) {
		us[i] = rng_next(&rng) >> (34 + rng_below(&rng, 26));
		hist_add(i % 3 ? &hist : &other, us[i]);
	}
	qsort(us, N, sizeof(us[0]), compare);
	for (unsigned i = 0; i < sizeof(qs) / sizeof(qs[0]); i++) {
		double want = (double)us[(unsigned)(qs[i] * N + 0.5) - 1];
		double got = hl_hist_quantile(both, 2, qs[i]);
		cr_assert(all(ge(dbl, got, want), le(dbl, got, want * 1.0625)), "q %f", qs[i]);
	}
}

Test(hist, methods_have_the_names_of_the_wire)
{
	cr_assert_str_eq(hl_method_name(HL_REGISTER), "REGISTER");
	cr_assert_str_eq(hl_method_name(HL_OPTIONS), "OPTIONS");
	cr_assert_str_eq(hl_method_name(HL_SUBSCRIBE), "SUBSCRIBE");
	cr_assert_str_eq(hl_method_name(HL_NOTIFY), "NOTIFY");
	cr_assert_str_eq(hl_method_name(HL_INVITE), "INVITE");
	cr_assert_str_eq(hl_method_name(HL_ACK), "ACK");
	cr_assert_str_eq(hl_method_name(HL_BYE), "BYE");
	cr_assert_str_eq(hl_method_name(HL_CANCEL), "CANCEL");
	cr_assert_str_eq(hl_method_name(HL_MESSAGE), "MESSAGE");
	cr_assert_str_eq(hl_method_name(HL_METHOD_OTHER), "OTHER");
	cr_assert_str_eq(hl_method_name(HL_METHOD_NONE), "OTHER");
	cr_assert_str_eq(hl_method_name(HL_METHODS), "OTHER");
	cr_assert_str_eq(hl_method_name((enum hl_method) - 1), "OTHER");
}

Test(hist, samples_below_a_power_of_two_are_counted_exactly)
{
	hist = (struct hl_hist){ 0 };
	for (uint64_t us = 0; us < 100000; us++)
		hist_add(&hist, us);
	for (uint64_t edge = 1; edge <= 65536; edge *= 2)
		cr_assert(eq(u64, hl_hist_below(&hist, edge), edge));
	cr_assert(eq(u64, hl_hist_below(&hist, 0), 0));
	cr_assert(eq(u64, hl_hist_below(&hist, UINT64_C(1) << 26), 100000));
}

Test(hist, the_sum_is_right_within_three_percent)
{
	double sum = 0;

	hist = (struct hl_hist){ 0 };
	cr_assert(eq(dbl, hl_hist_sum(&hist), 0));
	for (uint64_t us = 100; us < 3000000; us = us * 5 / 4) {
		hist_add(&hist, us);
		sum += (double)us;
	}
	cr_assert(fabs(hl_hist_sum(&hist) - sum) < 0.03 * sum, "%f for %f", hl_hist_sum(&hist),
		  sum);
}
