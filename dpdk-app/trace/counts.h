// SPDX-License-Identifier: BSD-3-Clause
// What became of the frames that were to be traced.
#pragma once

#include <stdint.h>

#include <heartline/metrics.h>

#define TRACE_WORDS_ROOM 160

struct trace_counts {
	uint64_t recorded;        // frames that workers handed over
	uint64_t dropped;         // frames that they could not, since there was no room
	uint64_t written;         // frames in the capture file
	uint64_t unwritten;       // frames that it did not take: it is full, or its disk is
	uint64_t hep_sent;        // SIP messages sent to the collector
	uint64_t hep_unsent;      // SIP messages that the kernel did not take
	uint64_t failures;        // failures of lines whose messages were written (trace_failed)
	uint64_t failures_missed; // likewise, that were not
	char error[TRACE_WORDS_ROOM]; // why the file takes no more; "": it does
};

// As metrics; offset: in struct trace_counts. Ends with a NULL name.
extern const struct hl_metric trace_metrics[];
