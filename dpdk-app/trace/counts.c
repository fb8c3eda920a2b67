// SPDX-License-Identifier: BSD-3-Clause
// The metrics of a trace.

#include "trace/counts.h"

#define COUNTER(member, name_, unit_, help_) \
	{ \
		.name = "heartline_trace_" name_, .help = (help_), .unit = (unit_), \
		.type = HL_METRIC_COUNTER, .n = 1, .offset = offsetof(struct trace_counts, member) \
	}

const struct hl_metric trace_metrics[] = {
	COUNTER(recorded, "recorded_total", "packets",
		"frames that workers handed over to be traced"),
	COUNTER(dropped, "dropped_total", "packets",
		"frames missing in the trace, since its memory was full (trace_buffer)"),
	COUNTER(written, "written_total", "packets", "frames in the capture file"),
	COUNTER(unwritten, "unwritten_total", "packets",
		"frames that the capture file did not take: it has its size, or an error"),
	COUNTER(hep_sent, "hep_sent_total", "messages", "SIP messages sent to the collector (hep)"),
	COUNTER(hep_unsent, "hep_unsent_total", "messages",
		"SIP messages that could not be sent to the collector"),
	COUNTER(failures, "failures_total", "lines",
		"failures of lines whose last messages were written (trace_failed)"),
	COUNTER(failures_missed, "failures_missed_total", "lines",
		"failures of lines whose last messages were not written: too many at once"),
	{ .name = NULL },
};
