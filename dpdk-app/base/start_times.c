// SPDX-License-Identifier: BSD-3-Clause
// Adds up the time that each step of the start took.

#include "base/start_times.h"

#include "base/timebase.h"

const char *const start_step_names[START_STEPS] = {
	[START_CONFIGURATION] = "configuration",
	[START_DEVICE] = "device",
	[START_PLAN] = "plan",
	[START_WORKERS] = "workers",
	[START_NEXT_HOPS] = "next_hops",
};

static uint64_t last_ns, spent_ns[START_STEPS];

__attribute__((constructor)) static void start_begin(void)
{
	last_ns = monotonic_ns();
}

void start_step_done(enum start_step step)
{
	uint64_t now_ns = monotonic_ns();

	spent_ns[step] += now_ns - last_ns;
	last_ns = now_ns;
}

double start_step_ms(enum start_step step)
{
	return (double)spent_ns[step] / 1e6;
}
