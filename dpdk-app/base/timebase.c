// SPDX-License-Identifier: BSD-3-Clause
// Calibrates the processor's counter against CLOCK_MONOTONIC.
//
// When EAL has to measure the counter's frequency it rounds it to 10 MHz, which is up to 0.2 %
// wrong.

#include "base/timebase.h"

#include <time.h>

#define READINGS 16
#define CALIBRATION_MIN_NS 100000000u

struct timebase timebase;

static uint64_t first_tsc, first_ns;

uint64_t monotonic_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

// Read both clocks at the same moment: of several tries, keep the one that was interrupted least.
static void reading_take(uint64_t *tsc, uint64_t *ns)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < READINGS; i++) {
		uint64_t before = rte_rdtsc_precise();
		uint64_t now_ns = monotonic_ns();
		uint64_t after = rte_rdtsc_precise();
		if (after - before >= best)
			continue;
		best = after - before;
		*tsc = before + best / 2;
		*ns = now_ns;
	}
}

void timebase_start(void)
{
	reading_take(&first_tsc, &first_ns);
}

void timebase_calibrate(void)
{
	uint64_t tsc = 0, ns = 0;

	for (;;) {
		reading_take(&tsc, &ns);
		if (ns - first_ns >= CALIBRATION_MIN_NS)
			break;
		struct timespec rest = {
			.tv_nsec = (long)(CALIBRATION_MIN_NS - (ns - first_ns)),
		};
		nanosleep(&rest, NULL);
	}
	timebase.tsc = tsc;
	timebase.ns = ns;
	timebase.mult = (uint64_t)(((unsigned __int128)(ns - first_ns) << 32) / (tsc - first_tsc));
}
