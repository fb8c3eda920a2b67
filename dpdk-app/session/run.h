// SPDX-License-Identifier: BSD-3-Clause
// A run of the data plane: ramp, hold, drain, report. Shared by `heartline run` and `heartline
// demo`.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>

#include "base/control.h"
#include "dataplane/dataplane.h"
#include "report/judge.h"
#include "report/report.h"
#include "report/status.h"
#include "session/reply_sources.h"
#include "session/service.h"
#include "session/view.h"

// How a run that goes on takes another configuration. All NULL: it does not.
struct run_reload {
	struct hl_config *config; // that of the run, in which settings change
	int (*load)(void *context, const char *path, struct hl_config *config,
		    struct hl_error *err); // as at the start
	void *context;
};

struct run {
	struct control *control;
	struct dataplane *dp;
	const struct hl_config *config;
	const struct port *ports; // NULL: rings
	unsigned n_ports;
	struct status status;
	struct report report;
	struct reply_sources sources;
	struct view view;
	struct run_reload reload;
	struct service service;
	struct alerts *alerts;         // NULL: there are none
	const struct survive *survive; // NULL: no state survives
	bool draining;                 // unregistering all lines has begun
	bool drained;                  // it has come to its end
	int progress_timer, watch_timer;
	uint64_t lost_before; // frames that the device lost before the run
	uint64_t enabled_ns;  // 0: not yet
	// At the last new registration, for the rates of the ramp.
	uint64_t progress_ns, progress_requests, progress_lines;
};

// Let the run trace what was opened; *trace is NULL from here on. Before its loops start.
int run_trace_attach(struct run *run, struct trace **trace, struct hl_error *err);

// Start the loops, and wait a while for the ARP answers of all next hops. From here on the control
// loop serves the workers, shows the status and tells of what it sees.
int run_start(struct run *run, struct hl_error *err);

// Start all lines, spread over the ramp.
void run_enable(struct run *run);

// Print lines of status from now on, where something else has shown them. Of a struct run, as a callback.
void run_status_resume(void *run);

// Note the state before the drain, then unregister all lines and wait until that is done, too much
// time has passed, or a second Ctrl-C.
void run_drain(struct run *run);

// Stop the loops, complete the report and judge it.
void run_finish(struct run *run, struct judgement *judgement);

// Write the report as JSON when `summary` names a file. Returns the exit code.
int run_conclude(const struct run *run, const struct judgement *judgement, const char *summary,
		 struct hl_error *err);

// Counts and states as they are now, with what the program and the device count themselves.
void run_snapshot(const struct run *run, struct hl_snapshot *snapshot);

// Requests sent so far.
uint64_t run_requests(const struct run *run);
