// SPDX-License-Identifier: BSD-3-Clause
// Traces of a run: workers copy frames into rings, a thread of its own takes them out and writes the capture
// file. No disk and no reader ever makes a worker or the control thread wait.
#pragma once

#include <stdint.h>

#include <heartline/config.h>
#include <heartline/plan.h>

#include "trace/counts.h"
#include "trace/tap.h"

struct trace;

// Make what the configuration wants; the capture file is opened before anything starts. device: as the file
// names the interface. 0, or -errno with a message.
int trace_open(struct trace **trace, const struct hl_config *config, const char *device,
	       struct hl_error *err);

// The places where workers look for their taps, and the lines of the plan.
// Before the workers start.
int trace_attach(struct trace *trace, const struct hl_plan *plan,
		 _Atomic(struct tap *) *const places[], unsigned n, struct hl_error *err);

// Start the thread, if it is needed already. Call it where the threads of the run have their processors already.
int trace_start(struct trace *trace, struct hl_error *err);

// A place of the plan has another line, or none. Control thread.
void trace_line_changed(struct trace *trace, uint32_t line);

// A line failed: for trace_failed, else nothing. The comment is copied. Control thread; never waits.
void trace_line_failed(struct trace *trace, uint32_t line, uint64_t at_ns, const char *comment);

// Does anybody want to know of failures?
bool trace_wants_failures(const struct trace *trace);

// Now. Control thread.
void trace_count(const struct trace *trace, struct trace_counts *counts);

// After the workers have stopped: write what is waiting, for TRACE_END_MS at most, and close all. counts
// may be NULL, and so may trace.
#define TRACE_END_MS 5000
void trace_close(struct trace *trace, struct trace_counts *counts);
