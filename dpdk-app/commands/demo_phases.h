// SPDX-License-Identifier: BSD-3-Clause
// The course of the demo: phases, each of which ends when the state that it waits for is reached.
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
	uint64_t fail_worst_ms, return_worst_ms; // the protocol's worst cases with this profile
	unsigned n_done;                         // phases that have ended
	struct demo_row {
		const char *name, *what;
		uint64_t on_primary, on_backup, down; // at the end of the phase
		uint64_t took_ms, worst_ms;           // worst_ms 0: the protocol sets no limit
		uint64_t requests;
		double p50_us, p99_us;
		enum demo_result result;
	} rows[DEMO_PHASES];
};

// Run all phases, and the drain at the end. A phase that fails is followed by the drain.
void demo_run(struct demo *demo);

// Print the table on stdout.
void demo_print(const struct demo *demo);

// The number of bindings that a server holds.
uint64_t demo_bindings(const struct demo *demo, uint32_t server);
