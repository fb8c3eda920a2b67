// SPDX-License-Identifier: BSD-3-Clause
// Monotonic time [ns] from the processor's time stamp counter. The engine gets it as "now".
#pragma once

#include <stdint.h>

#include <rte_cycles.h>

struct timebase {
	uint64_t tsc;  // counter at the anchor
	uint64_t ns;   // CLOCK_MONOTONIC at the anchor
	uint64_t mult; // ns a tick, 32 fractional bits
};

// Writer: timebase_calibrate(), before any loop runs. Readers: everyone.
extern struct timebase timebase;

// Take the first of two readings. Call it early: the longer the time between the two, the more
// accurate the result.
void timebase_start(void);

// Take the second reading, at least 100 ms after the first one, and set the conversion.
void timebase_calibrate(void);

// CLOCK_MONOTONIC itself [ns], for what runs before the calibration or without EAL.
uint64_t monotonic_ns(void);

static inline uint64_t timebase_ns(void)
{
	// In 128 bits: ticks times multiplier overflow 64 bits after a few seconds.
	unsigned __int128 ticks = rte_rdtsc() - timebase.tsc;
	return timebase.ns + (uint64_t)(ticks * timebase.mult >> 32);
}
