// SPDX-License-Identifier: BSD-3-Clause
// The thread that takes frames out of the workers' rings, and what it shares with the control thread.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include <heartline/numbers.h>

#include "base/side_thread.h"
#include "trace/kept.h"
#include "trace/pcap_file.h"
#include "trace/trace.h"

#define TRACE_WORKERS_MAX 64

// What the control thread tells of a line. The comment stands behind it.
struct trace_notice {
	uint64_t at_ns;
	uint32_t line;
	bool is_gone; // else it failed
};

struct trace {
	// Fixed before the thread starts.
	const struct hl_plan *plan;
	unsigned n;
	struct tap *taps[TRACE_WORKERS_MAX];
	_Atomic(struct tap *) *places[TRACE_WORKERS_MAX];
	char *lines_text; // of `lines`
	struct hl_traced lines;
	size_t ring_bytes;
	uint32_t n_last; // messages of a line that failed; 0: all messages of all lines
	struct line_set *wanted;
	struct byte_ring *notices; // from the control thread; NULL: there are none

	struct side_thread thread;
	_Atomic uint64_t failures_missed; // writer: the control thread

	// The thread's own; before it starts and after it ended the control thread's.
	struct pcap_file *pcap;
	struct kept *kept;
	int64_t to_wall_ns; // the wall clock minus the workers' clock
	uint64_t wall_looked_ns, start_wall_ns;
	_Atomic uint64_t failures;
	struct kept_message taken[KEPT_TAKE_MAX];
};

void *trace_reader_main(void *trace);
