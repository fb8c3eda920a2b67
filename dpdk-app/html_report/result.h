// SPDX-License-Identifier: BSD-3-Clause
// Results of runs: files that --summary wrote.
#pragma once

#include <jansson.h>

#include <heartline/error.h>

#define RESULTS_MAX 6

struct result {
	char *label; // what to call it
	json_t *root;
};

// Read a file. -EINVAL, or another -errno, with a message that says where and what.
int result_load(struct result *result, const char *path, struct hl_error *err);

// All of them as one: counts and histograms are added, quantiles are those of the added histograms, the
// verdict is the worst, the longest outage the longest. -ENOMEM.
int result_add(struct result *sum, const struct result results[], unsigned n);

void result_free(struct result *result);

// The member at a path as in "outages/longest/seconds"; NULL: there is none.
const json_t *result_at(const json_t *root, const char *path);
// NAN: it is no number.
double result_number(const json_t *root, const char *path);
