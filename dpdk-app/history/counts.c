// SPDX-License-Identifier: BSD-3-Clause
// The metrics of a history.

#include "history/counts.h"

#define METRIC(kind, member, name_, unit_, help_) \
	{ \
		.name = "heartline_history_" name_, .help = (help_), .unit = (unit_), \
		.type = HL_METRIC_##kind, .n = 1, \
		.offset = offsetof(struct history_counts, member) \
	}

const struct hl_metric history_metrics[] = {
	METRIC(COUNTER, written, "written_total", "changes", "changes of state in the history"),
	METRIC(COUNTER, lost, "lost_total", "changes",
	       "changes of state that the history had no room for while it could not be written"),
	METRIC(GAUGE, failing, "failing", "files", "1 while the history cannot be written"),
	{ .name = NULL },
};
