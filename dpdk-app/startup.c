// SPDX-License-Identifier: BSD-3-Clause
// Adds up the steps of a start.

#include "startup.h"

#include <time.h>

const char *const startup_names[STARTUP_STEPS] = {
	[STARTUP_CONFIGURATION] = "configuration",
	[STARTUP_DEVICE] = "device",
	[STARTUP_PLAN] = "plan",
	[STARTUP_WORKERS] = "workers",
	[STARTUP_NEXT_HOPS] = "next_hops",
};

static uint64_t last_ns, spent_ns[STARTUP_STEPS];

static uint64_t clock_now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

__attribute__((constructor)) static void startup_begin(void)
{
	last_ns = clock_now_ns();
}

void startup_done(enum startup_step step)
{
	uint64_t now_ns = clock_now_ns();

	spent_ns[step] += now_ns - last_ns;
	last_ns = now_ns;
}

double startup_ms(enum startup_step step)
{
	return (double)spent_ns[step] / 1e6;
}
