// SPDX-License-Identifier: BSD-3-Clause
// The thread that takes frames out of the workers' rings, and what it shares with the control thread.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include <heartline/numbers.h>

#include "base/side_thread.h"
#include "trace/hep.h"
#include "trace/kept.h"
#include "trace/pcap_file.h"
#include "trace/trace.h"
#include "trace/watch.h"

#define TRACE_WORKERS_MAX 64

// What the control thread tells of a line. The comment stands behind it.
struct trace_notice {
	uint64_t at_ns;
	uint32_t line;
	bool is_gone; // else it failed
};

// Control thread only. All numbers of messages are since it is followed.
struct trace_watch_line {
	uint32_t line;
	uint64_t asked_ns;    // the latest time
	uint64_t told_ns;     // messages until then were asked for
	uint64_t n, missed;   // missed: they made room before they were asked for
	uint64_t lost_before; // seen_dropped when it began
	struct trace_message messages[WATCH_MESSAGES]; // the latest, by number
};

struct trace {
	// Fixed before the thread starts.
	const struct hl_plan *plan;
	unsigned n_workers; // that may have a tap
	unsigned n;         // that have one
	struct tap *taps[TRACE_WORKERS_MAX];
	_Atomic(struct tap *) *places[TRACE_WORKERS_MAX];
	char *lines_text; // of `lines`
	struct hl_traced lines;
	size_t ring_bytes;
	uint32_t n_last;           // messages of a line that failed; 0: all messages of all lines
	struct line_set *chosen;   // for the capture; `all`: also what is of no line
	struct line_set *wanted;   // by anybody, as the workers see it
	struct line_set *watched;  // lines that are followed live
	struct byte_ring *seen;    // their frames, for the control thread; NULL: none ever was
	struct byte_ring *notices; // from the control thread; NULL: there are none

	struct side_thread thread;
	_Atomic uint64_t failures_missed;              // writer: the control thread
	atomic_uint n_watches;                         // likewise
	struct trace_watch_line *watches[WATCHES_MAX]; // its own

	// The thread's own; before it starts and after it ended the control thread's.
	struct pcap_file *pcap;
	struct hep *hep;
	struct kept *kept;
	int64_t to_wall_ns; // the wall clock minus the workers' clock
	uint64_t wall_looked_ns, start_wall_ns;
	_Atomic uint64_t failures;
	_Atomic uint64_t seen_dropped; // frames of followed lines without room in `seen`
	_Atomic uint64_t drained_ns;   // when all rings were empty, for the last time
	struct kept_message taken[KEPT_TAKE_MAX];
};

void *trace_reader_main(void *trace);

// Make what is missing of taps and thread, for the first who wants something. Control thread.
int trace_run(struct trace *trace, struct hl_error *err);
// Let the workers know whether anybody wants a line, and whether anything is wanted at all. Likewise.
void trace_wants(struct trace *trace, uint32_t line);
