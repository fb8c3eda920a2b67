// SPDX-License-Identifier: BSD-3-Clause
// A page of lines: filtered, sorted, in slices, so that a million of them stalls nothing.
#pragma once

#include "session/line_filter.h"

#define QUERY_LIMIT_MAX 1000
#define QUERY_SLICE 50000 // lines a turn: a millisecond or so

enum query_sort {
	QUERY_BY_LINE,   // in the order of the configuration
	QUERY_BY_SINCE,  // the latest change of state first
	QUERY_BY_OLDEST, // the longest in its state first
};

// Rows are in the order of (key, line).
struct query_row {
	uint64_t key;
	uint32_t line;
	struct hl_state state; // as the walk came by
};

struct line_query {
	struct line_filter filter;
	enum query_sort sort;
	uint32_t limit; // 1..QUERY_LIMIT_MAX
	bool resumes;   // only what comes behind `after`
	struct query_row after;

	// What comes of it.
	uint32_t next;    // line to look at
	uint64_t matched; // of all lines, whatever the page
	uint64_t behind;  // of them, those that the page could have
	uint32_t n;
	struct query_row *rows; // `limit` of them, the caller's
};

// One slice. @return true: all lines were looked at, and the rows are in their order
bool line_query_step(struct line_query *query, const struct dataplane *dp);

// Where the next page begins: behind the last row. As text, and back; -EINVAL: no such place.
#define QUERY_CURSOR_ROOM 48
const char *line_query_cursor(const struct line_query *query, char out[QUERY_CURSOR_ROOM]);
int line_query_resume(struct line_query *query, const char *cursor, struct hl_error *err);
