// SPDX-License-Identifier: BSD-3-Clause
// How long a start took, step by step, for the summary.
#pragma once

#include <stdint.h>

// In their order.
enum startup_step {
	STARTUP_CONFIGURATION, // YAML and CSV
	STARTUP_DEVICE,        // EAL, buffers, port, link
	STARTUP_PLAN,
	STARTUP_WORKERS,
	STARTUP_NEXT_HOPS, // names looked up, ARP answered
	STARTUP_STEPS,
};

extern const char *const startup_names[STARTUP_STEPS];

// The control thread only. The time from the last call, or from the program's start, was this
// step's; a step may come twice.
void startup_done(enum startup_step step);
double startup_ms(enum startup_step step);
