// SPDX-License-Identifier: BSD-3-Clause
// Counts lines by profile and server.

#include "session/server_count.h"

#include <stddef.h>

#include "session/line_query.h"

// Two labels: whoever writes them out knows their values.
static const struct hl_label label_server = { .name = "profile,server" };

#define GAUGE(member, name_, help_) \
	{ \
		.name = "heartline_server_" name_, .help = (help_), .unit = "lines", \
		.type = HL_METRIC_GAUGE, .n = 1, .label = &label_server, \
		.offset = offsetof(struct server_lines, member) \
	}

const struct hl_metric server_metrics[] = {
	GAUGE(registered, "registered_lines", "lines that are registered at this server"),
	GAUGE(locked, "locked_lines", "lines that an operator keeps at this server"),
	GAUGE(failing, "failing_lines",
	      "lines whose latest probe it did not answer; backups are not probed"),
	{ .name = NULL },
};

bool server_count_step(struct server_count *c, const struct dataplane *dp)
{
	uint32_t slots = dataplane_slots(dp);
	uint32_t end = slots - c->next > QUERY_SLICE ? c->next + QUERY_SLICE : slots;

	for (; c->next < end; c->next++) {
		struct hl_state s = dataplane_state(dp, c->next);

		if (s.slot != HL_SLOT_LINE || s.state == HL_OFF)
			continue;
		struct server_lines *of = &c->lines[dataplane_profile(dp, c->next) * HL_SERVERS];
		of[HL_SERVER_P].failing += s.fails > 0;
		if (!(STATES_REGISTERED >> s.state & 1) || s.server >= HL_SERVERS)
			continue;
		of[s.server].registered++;
		of[s.server].locked += s.locked;
	}
	return c->next == slots;
}
