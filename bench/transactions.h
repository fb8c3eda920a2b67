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

// Sweep each kind; prints a line for each number of lines, or one JSON object. The keys on top of it
// are of the first kind; those of a further one are in an object named after its label.
int transactions_sweep(const char *bench, const struct bench_options *options,
		       const struct transactions kinds[], unsigned n);
