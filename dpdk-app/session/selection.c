// SPDX-License-Identifier: BSD-3-Clause
// Chooses lines by a filter.

#include "session/selection.h"

#include "session/line_query.h"
#include "session/run.h"

static bool has_backup(const struct view *view, uint32_t line)
{
	const struct hl_profile *p =
		&view->run->config->profiles[dataplane_profile(view->run->dp, line)];

	return p->backup.addr.family != HL_FAMILY_NONE || p->backup_name;
}

bool selection_step(struct selection *s, const struct view *view)
{
	const struct dataplane *dp = view->run->dp;
	uint32_t slots = dataplane_slots(dp);
	uint32_t end = slots - s->next > QUERY_SLICE ? s->next + QUERY_SLICE : slots;

	for (; s->next < end; s->next++) {
		struct hl_state state = dataplane_state(dp, s->next);

		if (!line_filter_holds(&s->filter, dp, s->next, &state) ||
		    (s->needs_backup && !has_backup(view, s->next)))
			continue;
		orders_choose(s->chosen, s->next);
		s->n++;
	}
	return s->next == slots;
}
