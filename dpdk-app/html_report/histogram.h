// SPDX-License-Identifier: BSD-3-Clause
// Histograms as a result has them: [[edge, samples], ...], edges rising.
#pragma once

#include <stdint.h>

#include <jansson.h>

uint64_t histogram_samples(const json_t *buckets);

// The edge below which the share q of all samples lies, as the program itself computes it; NAN without samples.
double histogram_quantile(const json_t *buckets, double q);

// A new one with the samples of both. Either may be NULL.
json_t *histogram_add(const json_t *a, const json_t *b);
