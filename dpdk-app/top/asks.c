// SPDX-License-Identifier: BSD-3-Clause
// Orders go first, then the page that is shown, each second, and the figures of the run.

#include "top/asks.h"

#include <stdlib.h>
#include <string.h>

#include "surface/ctl_values.h"
#include "top/list.h"

#define SECOND_NS 1000000000ull

static json_t *drain_ask(struct viewer *v)
{
	v->drain_wanted = false;
	v->asked = ASK_DRAIN;
	return json_pack("{ss}", "command", "drain");
}

static json_t *pause_ask(struct viewer *v)
{
	v->pause_wanted = false;
	v->asked = ASK_PAUSE;
	return json_pack("{ss}", "command", v->pauses ? "pause" : "resume");
}

static json_t *rate_ask(struct viewer *v)
{
	v->rate_wanted = false;
	v->asked = ASK_RATE;
	return json_pack("{ss sI}", "command", "rate", "rate", (json_int_t)v->rate);
}

static json_t *status_ask(struct viewer *v)
{
	v->asked = ASK_STATUS;
	return json_pack("{ss}", "command", "status");
}

// NULL: the page has nothing of its own.
static json_t *page_ask(struct viewer *v, int rows)
{
	enum top_page page = v->page == TOP_HELP ? v->back : v->page;

	if (page == TOP_LINES) {
		v->asked = ASK_LINES;
		return list_request(&v->list, viewer_lines_shown(rows));
	}
	if (page == TOP_LINE) {
		v->asked = ASK_LINE;
		return list_line_request(v);
	}
	if (page == TOP_SERVERS) {
		v->asked = ASK_SERVERS;
		return json_pack("{ss}", "command", "server list");
	}
	return NULL;
}

json_t *top_ask_next(struct viewer *v, int rows, uint64_t now_ns)
{
	json_t *request = NULL;

	if (v->drain_wanted)
		request = drain_ask(v);
	else if (v->pause_wanted)
		request = pause_ask(v);
	else if (v->rate_wanted)
		request = rate_ask(v);
	else if (now_ns >= v->page_due_ns)
		request = page_ask(v, rows);
	if (!request && now_ns >= v->status_due_ns)
		request = status_ask(v);
	v->asked_ns = now_ns;
	return request;
}

uint64_t top_ask_due_ns(const struct viewer *v)
{
	bool of_page = v->page == TOP_LINES || v->page == TOP_LINE || v->page == TOP_SERVERS;

	return of_page && v->page_due_ns < v->status_due_ns ? v->page_due_ns : v->status_due_ns;
}

// Another run under the same name, say after a new start, has nothing to do with the one before.
static void status_take(struct viewer *v, json_t *reply)
{
	json_decref(v->before);
	v->before = v->status;
	v->status = reply;
	if (ctl_whole(v->before, "process") != ctl_whole(reply, "process") ||
	    ctl_whole(v->before, "uptime_ms") > ctl_whole(reply, "uptime_ms")) {
		json_decref(v->before);
		v->before = NULL;
	}
}

static void rate_say(struct viewer *v, const json_t *reply, uint64_t now_ns)
{
	char rate[GROUPED_ROOM], before[GROUPED_ROOM];

	if (ctl_whole(reply, "rate"))
		viewer_say(v, INK_GOOD, now_ns, "rate: %s requests a second at most, before %s",
			   ctl_grouped(reply, "rate", rate),
			   ctl_whole(reply, "before") ? ctl_grouped(reply, "before", before)
						      : "no limit");
	else
		viewer_say(v, INK_GOOD, now_ns, "rate: no limit");
}

static void pause_say(struct viewer *v, const json_t *reply, uint64_t now_ns)
{
	viewer_say(v, INK_GOOD, now_ns, "%s",
		   json_is_true(json_object_get(reply, "paused"))
			   ? "paused: no new probes and registrations; p resumes"
			   : "running again");
}

static void replace(json_t **old, json_t *reply)
{
	json_decref(*old);
	*old = reply;
}

// The reply is the viewer's, or is let go.
static void answer_use(struct viewer *v, enum top_question asked, json_t *reply, uint64_t now_ns)
{
	switch (asked) {
	case ASK_STATUS:
		status_take(v, reply);
		return;
	case ASK_LINES:
		replace(&v->lines, reply);
		list_take(&v->list, reply);
		return;
	case ASK_SERVERS:
		replace(&v->servers, reply);
		return;
	case ASK_LINE:
		replace(&v->line, reply);
		return;
	case ASK_RATE:
		rate_say(v, reply, now_ns);
		break;
	case ASK_PAUSE:
		pause_say(v, reply, now_ns);
		break;
	case ASK_DRAIN:
		v->drained = true;
		viewer_say(v, INK_WARN, now_ns,
			   "draining: the lines unregister, then the run ends");
		break;
	case ASK_NOTHING:
		break;
	}
	json_decref(reply);
}

// The message of a refusal is for people: it says what is allowed.
static void refusal_use(struct viewer *v, enum top_question asked, json_t *reply, uint64_t now_ns)
{
	const char *why = ctl_text_or(reply, "error", "refused, without a reason");

	viewer_say(v, INK_BAD, now_ns, "%s", why);
	if (asked == ASK_LINE) // it was removed
		v->page = TOP_LINES;
	json_decref(reply);
}

void top_answer(struct viewer *v, json_t *reply, uint64_t now_ns)
{
	enum top_question asked = v->asked;

	v->asked = ASK_NOTHING;
	if (asked == ASK_STATUS)
		v->status_due_ns = now_ns + SECOND_NS;
	else if (asked == ASK_LINES || asked == ASK_LINE || asked == ASK_SERVERS)
		v->page_due_ns = now_ns + SECOND_NS;
	else
		v->status_due_ns = now_ns; // what was ordered is to be seen at once
	if (json_is_true(json_object_get(reply, "ok")))
		answer_use(v, asked, reply, now_ns);
	else
		refusal_use(v, asked, reply, now_ns);
}

void top_away(struct viewer *v)
{
	v->away = true;
	v->asked = ASK_NOTHING;
	v->rate_wanted = v->pause_wanted = v->drain_wanted = false;
}

void top_back(struct viewer *v, uint64_t now_ns)
{
	v->away = v->drained = false;
	v->was_there = true;
	v->status_due_ns = v->page_due_ns = now_ns;
}
