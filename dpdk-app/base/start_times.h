// SPDX-License-Identifier: BSD-3-Clause
// How long each step of the start took, for the summary.
#pragma once

#include <stdint.h>

// In the order in which they happen.
enum start_step {
	START_CONFIGURATION, // YAML and CSV
	START_DEVICE,        // EAL, buffers, port, link
	START_PLAN,
	START_WORKERS,
	START_NEXT_HOPS, // names looked up, ARP answered
	START_STEPS,
};

extern const char *const start_step_names[START_STEPS];

// Charge the time since the last call, or since the program's start, to this step. A step may be
// charged several times. Control thread only.
void start_step_done(enum start_step step);
double start_step_ms(enum start_step step);
