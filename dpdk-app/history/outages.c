// SPDX-License-Identifier: BSD-3-Clause
// Walks the changes in their order and keeps count of the lines that are without the server. An outage
// begins when so many are, and ends when fewer are.

#include "history/query.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history/file.h"
#include "history/statement.h"

struct line_mark {
	bool without;
	uint32_t outage; // the last one that it was counted in
};

struct walk {
	const struct history_query *query;
	uint64_t least;
	struct line_mark *marks; // by the number of the line
	int64_t n_marks;
	uint64_t without; // lines that are, now
	bool open;        // an outage is
	struct history_outage *outages;
	uint32_t n, room; // n counts the open one
};

static bool is_registered(int state)
{
	return state == HL_ON_P || state == HL_ON_B || state == HL_HOLD_B || state == HL_SW_P;
}

// Rows of FAILOVER.md section 3. A line that a server rejects (PARK) says nothing of the server.
static bool loses(enum hl_server server, int from, int to)
{
	switch (server) {
	case HL_SERVER_P:
		return ((from == HL_REG_P || from == HL_ON_P) &&
			(to == HL_SW_B || to == HL_DOWN)) ||
		       (from == HL_SW_P && to == HL_ON_B);
	case HL_SERVER_B:
		return (from == HL_SW_B || from == HL_ON_B || from == HL_HOLD_B) &&
		       (to == HL_REG_P || to == HL_DOWN);
	default:
		return !is_registered(to) && to != HL_OFF &&
		       (is_registered(from) || to == HL_DOWN || to == HL_PARK);
	}
}

static bool is_back(enum hl_server server, int from, int to)
{
	if (to == HL_OFF || from == HL_OFF)
		return true;
	switch (server) {
	case HL_SERVER_P:
		return to == HL_ON_P;
	case HL_SERVER_B:
		return to == HL_ON_B;
	default:
		return is_registered(to);
	}
}

static int outage_open(struct walk *w, int64_t at_ms)
{
	if (w->n == w->room) {
		uint32_t room = w->room ? 2 * w->room : 64;
		struct history_outage *outages = realloc(w->outages, room * sizeof(*outages));
		if (!outages)
			return SQLITE_NOMEM;
		w->outages = outages;
		w->room = room;
	}
	w->outages[w->n++] = (struct history_outage){ .start_ms = at_ms };
	w->open = true;
	// Those that were without it before, when they were too few for an outage.
	for (int64_t i = 0; w->least > 1 && i < w->n_marks; i++)
		if (w->marks[i].without) {
			w->marks[i].outage = w->n;
			w->outages[w->n - 1].lines++;
		}
	return SQLITE_OK;
}

static int line_lost(struct walk *w, struct line_mark *mark, int64_t at_ms)
{
	int rc = SQLITE_OK;

	if (!mark->without) {
		mark->without = true;
		w->without++;
	}
	if (!w->open && w->without >= w->least)
		rc = outage_open(w, at_ms);
	if (rc == SQLITE_OK && w->open && mark->outage != w->n) {
		mark->outage = w->n;
		w->outages[w->n - 1].lines++;
	}
	return rc;
}

static void line_back(struct walk *w, struct line_mark *mark, int64_t at_ms)
{
	if (!mark->without)
		return;
	mark->without = false;
	w->without--;
	if (w->open && w->without < w->least) {
		w->outages[w->n - 1].end_ms = at_ms;
		w->open = false;
	}
}

static int change_take(struct walk *w, sqlite3_stmt *s)
{
	int64_t at_ms = sqlite3_column_int64(s, 0) >> HISTORY_TIME_SHIFT;
	int64_t line = sqlite3_column_int64(s, 1);
	int from = sqlite3_column_int(s, 2), to = sqlite3_column_int(s, 3);
	enum hl_server server = w->query->server;

	if (line < 0 || line >= w->n_marks) // it came after the lines were counted
		return SQLITE_OK;
	if (is_back(server, from, to))
		line_back(w, &w->marks[line], at_ms);
	else if (sqlite3_column_int(s, 4) && loses(server, from, to))
		return line_lost(w, &w->marks[line], at_ms);
	return SQLITE_OK;
}

static int number_ask(sqlite3 *db, const char *text, int64_t parameter, int64_t *answer)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db, text, -1, &s, NULL);

	if (rc == SQLITE_OK && sqlite3_bind_parameter_count(s) > 0)
		rc = sqlite3_bind_int64(s, 1, parameter);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		*answer = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

// An outage may have begun before the time that is asked for: the walk starts with the run that was on then.
static int walk_do(struct walk *w, sqlite3 *db)
{
	char where[STATEMENT_ROOM], text[2 * STATEMENT_ROOM];
	struct history_query from_run = *w->query;
	sqlite3_stmt *s = NULL;
	int64_t lines = 0, start_ms = 0;
	int rc = number_ask(db, "SELECT max(id) FROM lines", 0, &lines);

	if (rc == SQLITE_OK)
		rc = number_ask(db, "SELECT max(start_ms) FROM runs WHERE start_ms <= ?1",
				w->query->since_ms, &start_ms);
	w->n_marks = lines + 1;
	w->marks = calloc((size_t)w->n_marks, sizeof(*w->marks));
	if (!w->marks)
		return SQLITE_NOMEM;
	from_run.since_ms = start_ms;
	statement_where(&from_run, where);
	snprintf(
		text, sizeof(text),
		"SELECT c.id, c.line, c.from_state, c.to_state, c.cause IS NOT NULL FROM changes c%s "
		"WHERE %s ORDER BY c.id",
		from_run.number ? " INDEXED BY changes_line" : "", where);
	if (rc == SQLITE_OK)
		rc = statement_prepare(db, text, &from_run, &s);
	while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW)
		rc = change_take(w, s);
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static void outages_give(const struct walk *w, const struct history_sink *sink, bool *more)
{
	const struct history_query *q = w->query;
	uint32_t first = 0;

	while (first < w->n && w->outages[first].end_ms && w->outages[first].end_ms < q->since_ms)
		first++;
	if (q->limit && w->n - first > q->limit) {
		first = w->n - (uint32_t)q->limit;
		*more = true;
	}
	for (uint32_t i = first; i < w->n; i++)
		sink->row(sink->context, &w->outages[i]);
	sink->rest(sink->context);
}

int history_outages(sqlite3 *db, const struct history_query *q, uint64_t least,
		    const struct history_sink *sink, bool *more, struct hl_error *err)
{
	struct walk w = { .query = q, .least = least };
	int rc = walk_do(&w, db);

	*more = false;
	if (rc == SQLITE_OK)
		outages_give(&w, sink, more);
	free(w.marks);
	free(w.outages);
	return rc == SQLITE_OK ? 0 : statement_fail(rc, err);
}
