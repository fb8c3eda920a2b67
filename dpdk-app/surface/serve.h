// SPDX-License-Identifier: BSD-3-Clause
// What each command of the control socket does: from a request to a reply.
#pragma once

#include <jansson.h>

#include "session/line_ask.h"
#include "session/line_query.h"
#include "session/selection.h"
#include "session/server_count.h"
#include "session/view.h"
#include "surface/request.h"

// A request that is being served. What walks many lines takes several turns.
struct serving {
	struct request request;
	bool is_open; // it wants another turn
	int refused;  // errno of the latest reply, when it is a refusal; 0: it is none
	// Of a walk.
	void *memory; // freed with it
	struct line_query query;
	struct server_count count;
	struct selection selection;
	struct line_ask ask;
	bool waits; // for a worker: the next turn need not be at once
};

// Begin to serve one line. NULL: it is not done yet, serve_continue() goes on.
// @return the reply, which is the caller's
json_t *serve_line(struct view *view, struct serving *serving, const char *line, size_t len);

// The same from an object, which is taken.
json_t *serve_object(struct view *view, struct serving *serving, json_t *object);

// The reply for an error.
json_t *serve_refuse(struct serving *serving, const struct hl_error *err);

// One more turn, of a few milliseconds at most.
json_t *serve_continue(struct view *view, struct serving *serving);

// Let go of it: the one who asked has left. One that is not open is no error.
void serve_cancel(struct view *view, struct serving *serving);
