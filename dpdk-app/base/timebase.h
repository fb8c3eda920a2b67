// SPDX-License-Identifier: BSD-3-Clause
// Monotonic time [ns] from the processor's counter: what the engine is given as "now".
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

// Take the first of two readings; call early, the distance between the two is the accuracy.
void timebase_start(void);

// Take the second reading, at least 100 ms after the first one, and set the conversion.
void timebase_calibrate(void);

// CLOCK_MONOTONIC itself [ns]: before the calibration, and where no EAL is.
uint64_t monotonic_ns(void);

static inline uint64_t timebase_ns(void)
{
	// 128 bits: ticks times multiplier overflow 64 after a few seconds.
	unsigned __int128 ticks = rte_rdtsc() - timebase.tsc;
	return timebase.ns + (uint64_t)(ticks * timebase.mult >> 32);
}
