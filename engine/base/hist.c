// SPDX-License-Identifier: BSD-3-Clause
// Reading counters: quantiles over the histograms of all workers, names of methods.
#include <heartline/counters.h>

#include <assert.h>
#include <stddef.h>

#include "base/count.h"

static_assert((HL_HIST_SUB & (HL_HIST_SUB - 1)) == 0, "steps an octave are a power of two");

uint64_t hl_hist_edge(unsigned bucket)
{
	if (bucket < HL_HIST_SUB)
		return bucket;
	unsigned octave = bucket / HL_HIST_SUB + 3;
	uint64_t width = UINT64_C(1) << (octave - 4);
	return (bucket % HL_HIST_SUB + HL_HIST_SUB + 1) * width - 1;
}

double hl_hist_quantile(const struct hl_hist *const hists[], unsigned n, double q)
{
	uint64_t sums[HL_HIST_BUCKETS]; // read once: the workers go on counting meanwhile
	uint64_t total = 0;

	for (unsigned i = 0; i < HL_HIST_BUCKETS; i++) {
		sums[i] = 0;
		for (unsigned h = 0; h < n; h++)
			sums[i] += count_read(&hists[h]->bucket[i]);
		total += sums[i];
	}
	if (total == 0)
		return __builtin_nan("");

	// Rank of the sample asked for, 1..total; written so that a q out of range, or NaN, stays
	// inside.
	double share = q * (double)total;
	uint64_t rank = 1;
	if (share >= (double)total)
		rank = total;
	else if (share > 1)
		rank = (uint64_t)share + ((double)(uint64_t)share < share);

	unsigned bucket = 0;
	for (uint64_t below = sums[0]; below < rank; below += sums[bucket])
		bucket++;
	return (double)hl_hist_edge(bucket);
}

uint64_t hl_hist_samples(const struct hl_hist *hist)
{
	uint64_t samples = 0;

	for (unsigned i = 0; i < HL_HIST_BUCKETS; i++)
		samples += count_read(&hist->bucket[i]);
	return samples;
}

uint64_t hl_hist_below(const struct hl_hist *hist, uint64_t us)
{
	uint64_t samples = 0;

	for (unsigned i = 0; i < HL_HIST_BUCKETS && hl_hist_edge(i) < us; i++)
		samples += count_read(&hist->bucket[i]);
	return samples;
}

double hl_hist_sum(const struct hl_hist *hist)
{
	uint64_t begin_us = 0;
	double sum_us = 0;

	for (unsigned i = 0; i < HL_HIST_BUCKETS; i++) {
		uint64_t end_us = hl_hist_edge(i) + 1;
		sum_us += (double)count_read(&hist->bucket[i]) * (double)(begin_us + end_us) / 2;
		begin_us = end_us;
	}
	return sum_us;
}

const char *hl_method_name(enum hl_method method)
{
	static const char *const names[HL_METHODS] = {
		[HL_REGISTER] = "REGISTER", [HL_OPTIONS] = "OPTIONS", [HL_SUBSCRIBE] = "SUBSCRIBE",
		[HL_NOTIFY] = "NOTIFY",     [HL_INVITE] = "INVITE",   [HL_ACK] = "ACK",
		[HL_BYE] = "BYE",           [HL_CANCEL] = "CANCEL",   [HL_MESSAGE] = "MESSAGE",
	};

	if ((unsigned)method >= HL_METHODS || names[method] == NULL)
		return "OTHER";
	return names[method];
}
