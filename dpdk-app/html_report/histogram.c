// SPDX-License-Identifier: BSD-3-Clause
// All runs have buckets with the same edges, so that adding them is exact.

#include "html_report/histogram.h"

#include <math.h>
#include <stdbool.h>

static json_int_t edge_at(const json_t *buckets, size_t i)
{
	return json_integer_value(json_array_get(json_array_get(buckets, i), 0));
}

static json_int_t samples_at(const json_t *buckets, size_t i)
{
	json_int_t n = json_integer_value(json_array_get(json_array_get(buckets, i), 1));

	return n > 0 ? n : 0;
}

uint64_t histogram_samples(const json_t *buckets)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < json_array_size(buckets); i++)
		sum += (uint64_t)samples_at(buckets, i);
	return sum;
}

double histogram_quantile(const json_t *buckets, double q)
{
	uint64_t all = histogram_samples(buckets), below = 0;
	double rank = ceil(q * (double)all);

	if (all == 0)
		return NAN;
	for (size_t i = 0; i < json_array_size(buckets); i++) {
		below += (uint64_t)samples_at(buckets, i);
		if ((double)below >= rank && below > 0)
			return (double)edge_at(buckets, i);
	}
	return NAN;
}

json_t *histogram_add(const json_t *a, const json_t *b)
{
	size_t i = 0, k = 0, n_a = json_array_size(a), n_b = json_array_size(b);
	json_t *sum = json_array();

	while (i < n_a || k < n_b) {
		json_int_t edge, samples = 0;
		bool take_a = k == n_b || (i < n_a && edge_at(a, i) <= edge_at(b, k));
		bool take_b = i == n_a || (k < n_b && edge_at(b, k) <= edge_at(a, i));

		edge = take_a ? edge_at(a, i) : edge_at(b, k);
		if (take_a)
			samples += samples_at(a, i++);
		if (take_b)
			samples += samples_at(b, k++);
		json_array_append_new(sum, json_pack("[I I]", edge, samples));
	}
	return sum;
}
