// SPDX-License-Identifier: BSD-3-Clause
// A run of a data plane: ramp, hold, drain, report. Shared by `run` and the demo.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>

#include "dataplane/dataplane.h"
#include "report/report.h"
#include "report/status.h"
#include "session/reply_sources.h"

struct run {
	struct dataplane *dp;
	const struct hl_config *config;
	struct status status;
	struct report report;
	struct reply_sources elsewhere;
	uint64_t enabled_ns; // 0: not yet
	// the last new registration, for the rates of the ramp
	uint64_t progress_ns, progress_requests, progress_lines;
	bool ramp_over;
};

// Start all lines, spread over the ramp.
void run_enable(struct run *run);

// One round of control: serve, show, note the progress. Takes about a millisecond.
void run_tick(struct run *run);

// Note the state before the drain, then unregister all lines and wait until that is done, too much
// time has passed, or a second Ctrl-C.
void run_drain(struct run *run);

// Lines that were registered at least once; requests sent so far.
uint64_t run_registered_once(const struct run *run);
uint64_t run_requests(const struct run *run);
