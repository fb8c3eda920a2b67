// SPDX-License-Identifier: BSD-3-Clause
// Lists changes in slices: between two of them the file is let go, as whoever reads the output may be slow,
// and a reader that stays keeps the file from being tidied.

#include "history/query.h"

#include <stdio.h>

#include "history/file.h"
#include "history/statement.h"

#define SLICE 1000

static const char *const at_server[HL_SERVERS + 1] = {
	[HL_SERVER_P] = " AND (c.from_state IN (1, 2, 6) OR c.to_state IN (1, 2, 6))",
	[HL_SERVER_B] = " AND (c.from_state IN (3, 4, 5) OR c.to_state IN (3, 4, 5))",
	[HL_SERVER_NONE] = "",
};

// The changes of a line are few: they are found by its index, whatever the time.
static const char *table(const struct history_query *q)
{
	return q->number ? "changes c INDEXED BY changes_line" : "changes c";
}

// The key behind which the latest ones begin, when there are more than these.
static int latest_find(sqlite3 *db, const struct history_query *q, int64_t *first, bool *more)
{
	char where[STATEMENT_ROOM], text[2 * STATEMENT_ROOM];
	sqlite3_stmt *s = NULL;

	statement_where(q, where);
	snprintf(text, sizeof(text),
		 "SELECT c.id FROM %s WHERE %s%s ORDER BY c.id DESC LIMIT 1 OFFSET ?6", table(q),
		 where, at_server[q->server]);
	int rc = statement_prepare(db, text, q, &s);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(s, 6, (int64_t)q->limit);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		*first = sqlite3_column_int64(s, 0) + 1;
		*more = true;
	}
	sqlite3_finalize(s);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static const char *text_of(sqlite3_stmt *s, int column)
{
	return (const char *)sqlite3_column_text(s, column);
}

static void row_give(sqlite3_stmt *s, const struct history_sink *sink)
{
	static const char *const servers[] = { "primary", "backup" };
	int64_t server = sqlite3_column_int64(s, 7), code = sqlite3_column_int64(s, 8);
	const struct history_row row = {
		.at_ms = sqlite3_column_int64(s, 0) >> HISTORY_TIME_SHIFT,
		.run = sqlite3_column_int64(s, 1),
		.number = text_of(s, 2),
		.domain = text_of(s, 3),
		.profile = text_of(s, 4),
		.from = text_of(s, 5),
		.to = text_of(s, 6),
		.server = server == 0 || server == 1 ? servers[server] : NULL,
		.code = code >= 100 ? code : 0,
		.cause = text_of(s, 9),
	};

	sink->row(sink->context, &row);
}

// @return what SQLite says; SQLITE_DONE: that was the last slice
static int slice_give(sqlite3_stmt *s, int64_t *first, const struct history_sink *sink)
{
	int rc = sqlite3_bind_int64(s, 1, *first), n = 0;

	for (; rc == SQLITE_OK && n < SLICE && (rc = sqlite3_step(s)) == SQLITE_ROW; n++) {
		*first = sqlite3_column_int64(s, 0) + 1;
		row_give(s, sink);
		rc = SQLITE_OK;
	}
	sqlite3_reset(s);
	return rc;
}

int history_changes(sqlite3 *db, const struct history_query *q, const struct history_sink *sink,
		    bool *more, struct hl_error *err)
{
	char where[STATEMENT_ROOM], text[2 * STATEMENT_ROOM];
	int64_t first = statement_first(q);
	sqlite3_stmt *s = NULL;
	int rc = SQLITE_OK;

	*more = false;
	if (q->limit)
		rc = latest_find(db, q, &first, more);
	statement_where(q, where);
	snprintf(
		text, sizeof(text),
		"SELECT c.id, c.run, l.number, l.domain, l.profile, f.name, t.name, c.server, k.code, "
		"k.text FROM %s CROSS JOIN lines l ON l.id = c.line JOIN states f ON f.id = "
		"c.from_state JOIN states t ON t.id = c.to_state LEFT JOIN causes k ON k.id = c.cause "
		"WHERE %s%s ORDER BY c.id LIMIT %d",
		table(q), where, at_server[q->server], SLICE);
	if (rc == SQLITE_OK)
		rc = statement_prepare(db, text, q, &s);
	for (int64_t before = -1; rc == SQLITE_OK && before != first;) {
		before = first;
		rc = slice_give(s, &first, sink);
		sink->rest(sink->context);
	}
	sqlite3_finalize(s);
	return rc == SQLITE_OK || rc == SQLITE_DONE ? 0 : statement_fail(rc, err);
}
