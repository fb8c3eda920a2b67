// SPDX-License-Identifier: BSD-3-Clause
// The value of each measure, from what was counted between two moments.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/expect.h>
#include <heartline/snapshot.h>

#include "report/outcome.h"

// How long lines were down in that time.
struct downtime {
	uint64_t lines; // that were down at all
	uint64_t total_ms, longest_ms;
};

// What was seen from one moment to another. Counters only ever grow, so what happened in between is a
// difference, of distributions as well.
struct measured {
	const struct hl_snapshot *begin; // NULL: everything counts
	const struct hl_snapshot *end;
	const struct hl_snapshot *lines; // their states, at the end of that time
	const struct outcome *outcome;   // likewise
	struct downtime down;
	uint64_t took_ns; // 0: no line was started
	double offered_rate, achieved_rate;
	uint64_t leftovers;
};

// The value in the unit of the measure. @return NULL; or why there is none, and then *value is 0
const char *measure_take(enum hl_measure measure, const struct measured *m, double *value);
