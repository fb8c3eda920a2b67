// SPDX-License-Identifier: BSD-3-Clause
// What the benches of transactions share: a sweep over numbers of lines, medians, one way to print.
#pragma once

#include "bench.h"
#include "rig.h"

struct transactions {
	const char *label;
	struct rig_options rig; // lines are the sweep's
	enum hl_method method;
	uint64_t interval_s; // of a line's transactions
};

// Sweep one kind; prints a line, or a JSON object, for each number of lines.
void transactions_sweep(const struct bench_options *options, const struct transactions *kind,
			bool last);
