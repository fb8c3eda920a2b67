// SPDX-License-Identifier: BSD-3-Clause
// How long a start took, step by step, for the summary.
#pragma once

#include <stdint.h>

// In their order.
enum start_step {
	START_CONFIGURATION, // YAML and CSV
	START_DEVICE,        // EAL, buffers, port, link
	START_PLAN,
	START_WORKERS,
	START_NEXT_HOPS, // names looked up, ARP answered
	START_STEPS,
};

extern const char *const start_step_names[START_STEPS];

// The control thread only. The time from the last call, or from the program's start, was this
// step's; a step may come twice.
void start_step_done(enum start_step step);
double start_step_ms(enum start_step step);
