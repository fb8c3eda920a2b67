// SPDX-License-Identifier: BSD-3-Clause
// Tells a failure by the states that a line leaves and enters (FAILOVER.md section 3).

#include "dataplane/trace_feed.h"

#include <stdio.h>

#include "dataplane/dataplane.h"
#include "trace/trace.h"

#define COMMENT_ROOM 256

int trace_feed_attach(struct dataplane *dp, struct hl_error *err)
{
	_Atomic(struct tap *) *places[LCORE_LOOPS_MAX];

	for (unsigned i = 0; i < dp->n_workers; i++)
		places[i] = &dp->queues[i]->tap;
	return trace_attach(dp->trace, dp->plan, places, dp->n_workers, err);
}

// Did a request of the line, or its server, fail? Not: an operator, a start, the next try after a wait.
static bool is_failure(const struct hl_event *e)
{
	if (e->code == HL_CODE_NONE)
		return false;
	switch (e->to) {
	case HL_DOWN:
	case HL_PARK:
		return true;
	case HL_SW_B:
		return e->from == HL_ON_P || e->from == HL_REG_P;
	case HL_REG_P:
		return e->from == HL_SW_B || e->from == HL_ON_B || e->from == HL_HOLD_B;
	case HL_ON_B:
		return e->from == HL_SW_P;
	default:
		return false;
	}
}

void trace_feed(const struct dataplane *dp, const struct hl_event *events, uint32_t n)
{
	char comment[COMMENT_ROOM], cause[CAUSE_ROOM];
	int len;

	for (uint32_t i = 0; i < n && trace_wants_failures(dp->trace); i++) {
		const struct hl_event *e = &events[i];
		if (!is_failure(e))
			continue;
		const char *number = dataplane_phone_number(dp, e->line, &len);
		snprintf(comment, sizeof(comment), "%.*s: %s to %s: %s", len, number,
			 hl_line_state_name(e->from), hl_line_state_name(e->to),
			 dataplane_cause_text(dp, e->code, cause));
		trace_line_failed(dp->trace, e->line, e->at_ns, comment);
	}
}
