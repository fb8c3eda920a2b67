// SPDX-License-Identifier: BSD-3-Clause
// The plan gets the lines first, then their workers hear of them by an order: to have them, and to start.

#include "session/line_add.h"

#include <errno.h>
#include <stdlib.h>

#include "session/run.h"
#include "trace/trace.h"

uint64_t lines_of_group(const struct hl_lines *group)
{
	return group->csv ? group->n_rows : group->last - group->first + 1;
}

int lines_tell(struct view *view, const uint32_t slots[], uint32_t n, uint64_t spread_ns,
	       struct hl_error *err)
{
	const struct order_commands commands = {
		.n = 2,
		.types = { HL_COMMAND_ADD, HL_COMMAND_ENABLE },
	};
	uint64_t *chosen = orders_choice_new(view->run->dp);

	if (!chosen)
		return hl_fail(err, ENOMEM, "no memory for a choice of lines");
	for (uint32_t k = 0; k < n; k++) {
		orders_choose(chosen, slots[k]);
		if (view->run->dp->trace)
			trace_line_changed(view->run->dp->trace, slots[k]);
	}
	int rc = orders_begin(&view->orders, chosen, n, &commands, spread_ns, err);
	if (rc < 0)
		free(chosen);
	return rc;
}

int lines_add(struct view *view, const struct hl_lines *group, uint64_t spread_ns,
	      struct hl_error *err)
{
	struct hl_plan *plan = view->run->dp->plan;
	uint64_t n = lines_of_group(group);
	uint32_t room = hl_plan_slots(plan); // more lines than that are refused below
	uint32_t *slots = calloc(n < room ? n : room, sizeof(*slots));

	if (!slots)
		return hl_fail(err, ENOMEM, "no memory for more lines");
	int rc = hl_plan_add(plan, view->run->config, group, slots, err);
	if (rc == 0) {
		rc = lines_tell(view, slots, (uint32_t)n, spread_ns, err);
		if (rc < 0)
			hl_plan_take_back(plan, slots, (uint32_t)n);
	}
	free(slots);
	return rc;
}
