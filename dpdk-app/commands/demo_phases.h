// SPDX-License-Identifier: BSD-3-Clause
// The demo's course: phases that end when what they wait for is seen.
#pragma once

#include <stdint.h>

#include "loop/queue_context.h"
#include "session/run.h"

#define DEMO_PHASES 7

enum demo_result { DEMO_OK, DEMO_FAILED, DEMO_STOPPED };

struct demo {
	struct run *run;
	struct queue_context *servers; // the registrar: server 0 is the primary, 1 the backup
	uint64_t lines;
	uint64_t hold_ms;
	uint64_t fail_worst_ms, return_worst_ms; // by the protocol, for the profile
	unsigned n_done;                         // phases that came to an end
	struct demo_row {
		const char *name, *what;
		uint64_t on_primary, on_backup, down; // at its end
		uint64_t took_ms, worst_ms;           // worst_ms 0: the protocol sets no time
		uint64_t requests;
		double p50_us, p99_us;
		enum demo_result result;
	} rows[DEMO_PHASES];
};

// Run all phases, the drain included. Stops early at the first that fails, then drains.
void demo_run(struct demo *demo);

// Print the table on stdout.
void demo_print(const struct demo *demo);

// 1234567 -> "1,234,567"; returns out.
const char *demo_grouped(uint64_t value, char out[32]);

// Bindings that a server holds.
uint64_t demo_bindings(const struct demo *demo, uint32_t server);
