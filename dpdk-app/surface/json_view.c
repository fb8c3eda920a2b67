// SPDX-License-Identifier: BSD-3-Clause
// Writes what a view says as JSON.

#include "surface/json_view.h"

#include <stdio.h>
#include <unistd.h>

#include "report/summary_metrics.h"

json_t *json_ok(void)
{
	return json_pack("{sb}", "ok", 1);
}

json_t *json_refusal(const char *text)
{
	json_t *message = json_string(text);
	char plain[HL_ERROR_TEXT];

	if (!message) {
		snprintf(plain, sizeof(plain), "%s", text);
		for (char *at = plain; *at; at++)
			*at = *at & 0x80 ? '?' : *at;
		message = json_string(plain);
	}
	return json_pack("{sb so}", "ok", 0, "error", message);
}

static json_t *states_object(const struct hl_snapshot *s)
{
	json_t *object = json_object();

	for (unsigned state = 0; state < HL_LINE_STATES; state++)
		json_object_set_new(object, hl_line_state_name(state), whole(s->by_state[state]));
	return object;
}

static json_t *lines_object(const struct hl_snapshot *s)
{
	return json_pack("{so so so so so}", "total", whole(s->lines), "registered",
			 whole(s->registered), "on_primary", whole(s->on_primary), "on_backup",
			 whole(s->on_backup), "by_state", states_object(s));
}

static json_t *second_object(const struct view_second *s)
{
	return json_pack("{so so so so so so s{so so}}", "requests", whole(s->requests), "answers",
			 whole(s->answers), "retransmissions", whole(s->retransmissions), "put_off",
			 whole(s->put_off), "failovers", whole(s->failovers), "returns",
			 whole(s->returns), "rtt_us", "p50", tenths(s->rtt_p50_us), "p99",
			 tenths(s->rtt_p99_us));
}

static json_t *workers_array(const struct view_status *s)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < s->n_loops; i++)
		json_array_append_new(array,
				      json_pack("{so so}", "lcore", whole(s->lcores[i]),
						"busy_percent", tenths(s->second.busy_percent[i])));
	return array;
}

json_t *json_status(const struct view_status *s)
{
	json_t *object = json_ok();
	const struct {
		const char *key;
		json_t *value;
	} entries[] = {
		{ "process", json_integer(getpid()) },
		{ "configuration", s->source ? json_string(s->source) : json_null() },
		{ "phase", json_string(view_phase_name(s->phase)) },
		{ "uptime_ms", whole(s->uptime_ms) },
		{ "rate", whole(s->rate) },
		{ "pauses",
		  json_pack("{so so}", "count", whole(s->pauses), "ms", whole(s->paused_ms)) },
		{ "orders_left", whole(s->orders_left) },
		{ "lines", lines_object(&s->now) },
		{ "places", json_pack("{so so so}", "free", whole(s->now.free_slots), "leaving",
				      whole(s->now.removed_slots), "gone", whole(s->gone)) },
		{ "last_second", second_object(&s->second) },
		{ "workers", workers_array(s) },
		{ "metrics", metrics_object(&s->now) },
	};

	for (unsigned i = 0; i < sizeof(entries) / sizeof(*entries); i++)
		json_object_set_new(object, entries[i].key, entries[i].value);
	return object;
}
