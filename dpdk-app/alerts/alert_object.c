// SPDX-License-Identifier: BSD-3-Clause
// The members that a webhook gets, that `heartline ctl status` shows and that /api/v1/summary has.

#include "alerts/alert_object.h"

#include <math.h>

#include "base/wall_time.h"

static const char *const state_names[] = {
	[RULE_CLEAR] = "clear",
	[RULE_PENDING] = "pending",
	[RULE_FIRING] = "firing",
};

json_t *alert_object(const struct rule *r)
{
	const struct hl_alert *a = r->alert;
	char since[WALL_ROOM];
	bool is_clear = r->state == RULE_CLEAR;

	return json_pack(
		"{ss ss ss so ss sI sI ss? ss?}", "alert", a->name, "state", state_names[r->state],
		"when", hl_alert_figure_name((enum hl_alert_figure)a->figure), "value",
		isnan(r->value) ? json_null() : json_real(r->value), "limit",
		a->is_below ? "below" : "above", "threshold", (json_int_t)rule_threshold(a),
		"clear", (json_int_t)a->clear, "profile", a->profile, "since",
		is_clear ? NULL : wall_text(r->since_ms * 1000000, since));
}
