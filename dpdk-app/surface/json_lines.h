// SPDX-License-Identifier: BSD-3-Clause
// Lines and servers as JSON: the same for every surface.
#pragma once

#include <jansson.h>

#include <heartline/worker.h>

#include "session/line_query.h"
#include "session/server_count.h"
#include "session/view.h"
#include "trace/glance.h"

// A page: its rows, how many lines match in all, and where the next page begins.
json_t *json_lines(const struct view *view, const struct line_query *query);

// One line, with its latest changes of state.
// detail NULL: its worker did not answer.
json_t *json_line(const struct view *view, const struct query_row *row,
		  const struct hl_line_detail *detail);

// A line that is followed, in short; a message of it, and a change of its state.
json_t *json_traced_line(const struct view *view, uint32_t line);
json_t *json_traced_message(const struct view *view, uint32_t line,
			    const struct trace_message *message);
json_t *json_traced_change(const struct view *view, const struct hl_event *event);

// One change of a line that is there.
json_t *json_change(const struct view *view, uint64_t number, const struct hl_event *event);

// Changes behind a number, so many at most; the number of the last one, for the next page; and how many
// in between are forgotten.
json_t *json_events(const struct view *view, uint64_t after, uint32_t limit);

json_t *json_profiles(const struct view *view, const struct server_count *count);
json_t *json_servers(const struct view *view, const struct server_count *count);
