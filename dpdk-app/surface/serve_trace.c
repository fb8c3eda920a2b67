// SPDX-License-Identifier: BSD-3-Clause
// Messages and changes of state of one line, in the order of their times. An answer has those behind a time
// and up to another one, until which all have come; who follows the line asks again from there on.

#include "surface/serve_trace.h"

#include "base/timebase.h"
#include "dataplane/recent_changes.h"
#include "report/summary_metrics.h"
#include "session/run.h"
#include "surface/json_lines.h"
#include "surface/serve_lines.h"
#include "trace/watch.h"

// What is traced of a line between two times.
struct stretch {
	uint64_t after_ns, until_ns;
	uint32_t n_messages, n_changes;
	uint64_t missed;
	struct trace_message messages[WATCH_MESSAGES]; // the oldest first
	struct hl_event changes[RECENT_SHOWN];         // the latest first
};

static void stretch_take(struct dataplane *dp, uint32_t line, struct stretch *s)
{
	struct hl_event *c = s->changes;
	uint32_t n = recent_changes_of_line(dp->recent, line, c);

	s->n_messages = trace_watch_messages(dp->trace, line, s->after_ns, s->until_ns, s->messages,
					     &s->missed);
	s->n_changes = 0;
	for (uint32_t k = 0; k < n; k++)
		if (c[k].at_ns > s->after_ns && c[k].at_ns <= s->until_ns)
			c[s->n_changes++] = c[k];
}

// Of what has the same time: what was received, what that changed, what was sent about it.
static bool change_is_first(const struct hl_event *change, const struct trace_message *message)
{
	return change->at_ns < message->at_ns + message->sent;
}

static json_t *items_array(const struct view *view, uint32_t line, const struct stretch *s)
{
	json_t *array = json_array();
	uint32_t m = 0, c = s->n_changes;

	while (m < s->n_messages || c > 0) {
		const struct hl_event *change = c > 0 ? &s->changes[c - 1] : NULL;
		const struct trace_message *message = m < s->n_messages ? &s->messages[m] : NULL;
		bool first = change && (!message || change_is_first(change, message));

		json_array_append_new(array, first ? json_traced_change(view, change)
						   : json_traced_message(view, line, message));
		c -= first;
		m += !first;
	}
	return array;
}

json_t *line_trace_serve(struct view *view, struct serving *serving)
{
	static struct stretch s; // too large for a stack that others share
	struct dataplane *dp = view->run->dp;
	uint32_t line;
	struct hl_error err;
	int rc = line_single(view, serving, &line, &err);

	if (rc == 0)
		return NULL;
	if (rc > 0)
		rc = trace_watch(dp->trace, line, &err);
	if (rc < 0)
		return serve_refuse(serving, &err);
	s.until_ns = trace_watch_horizon(dp->trace);
	s.after_ns = request_count(&serving->request, "after", timebase_ns());
	if (s.after_ns > s.until_ns) // what is behind it has not come yet
		s.until_ns = s.after_ns;
	dataplane_events(dp);
	trace_watch_serve(dp->trace);
	stretch_take(dp, line, &s);
	json_t *object = json_traced_line(view, line);
	json_object_set_new(object, "next", whole(s.until_ns));
	json_object_set_new(object, "missed", whole(s.missed));
	json_object_set_new(object, "items", items_array(view, line, &s));
	return object;
}
