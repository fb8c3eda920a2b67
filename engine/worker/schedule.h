// SPDX-License-Identifier: BSD-3-Clause
// Where a schedule of requests stands: nanoseconds of the monotonic clock and a fraction beside them, so
// that no clock is too late for it, and 10 M/s are paced exactly.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PACE_SHIFT 10 // of an interval: fractions of a nanosecond

struct pace {
	uint64_t at_ns;    // earliest time of the next one
	uint32_t fraction; // of that, below 1 << PACE_SHIFT
};

static inline void pace_advance(struct pace *pace, uint64_t interval)
{
	uint64_t fraction = pace->fraction + (interval & ((1u << PACE_SHIFT) - 1));

	pace->at_ns += (interval >> PACE_SHIFT) + (fraction >> PACE_SHIFT);
	pace->fraction = (uint32_t)fraction & ((1u << PACE_SHIFT) - 1);
}

// What was missed before this time is not made up for.
static inline void pace_not_before(struct pace *pace, uint64_t at_ns)
{
	if (pace->at_ns < at_ns)
		*pace = (struct pace){ .at_ns = at_ns };
}
