// SPDX-License-Identifier: BSD-3-Clause
// Questions that are answered by one short statement: which lines flap, and which runs there were.

#include "history/query.h"

#include <stdio.h>

#include "history/file.h"
#include "history/statement.h"

static const char *const lost_server[HL_SERVERS + 1] = {
	[HL_SERVER_P] = " AND c.from_state = 2",
	[HL_SERVER_B] = " AND c.from_state IN (4, 5)",
	[HL_SERVER_NONE] = "",
};

static const char *text_of(sqlite3_stmt *s, int column)
{
	return (const char *)sqlite3_column_text(s, column);
}

static int answered(int rc, sqlite3_stmt *s, const struct history_sink *sink, struct hl_error *err)
{
	sqlite3_finalize(s);
	sink->rest(sink->context);
	return rc == SQLITE_DONE ? 0 : statement_fail(rc, err);
}

int history_flappings(sqlite3 *db, const struct history_query *q, uint64_t n,
		      const struct history_sink *sink, struct hl_error *err)
{
	char where[STATEMENT_ROOM], text[3 * STATEMENT_ROOM];
	sqlite3_stmt *s = NULL;

	statement_where(q, where);
	snprintf(
		text, sizeof(text),
		"SELECT l.number, l.domain, l.profile, w.n, w.last FROM "
		"(SELECT c.line AS line, count(*) AS n, max(c.id) AS last FROM changes c INDEXED BY "
		"changes_lost WHERE " STATEMENT_LOST " AND %s%s GROUP BY c.line ORDER BY n DESC, "
		"c.line LIMIT ?6) w JOIN lines l ON l.id = w.line ORDER BY w.n DESC, w.line",
		where, lost_server[q->server]);
	int rc = statement_prepare(db, text, q, &s);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(s, 6, (int64_t)n);
	while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		const struct history_flapping row = {
			.number = text_of(s, 0),
			.domain = text_of(s, 1),
			.profile = text_of(s, 2),
			.losses = (uint64_t)sqlite3_column_int64(s, 3),
			.last_ms = sqlite3_column_int64(s, 4) >> HISTORY_TIME_SHIFT,
		};
		sink->row(sink->context, &row);
		rc = SQLITE_OK;
	}
	return answered(rc, s, sink, err);
}

int history_runs(sqlite3 *db, const struct history_query *q, const struct history_sink *sink,
		 bool *more, struct hl_error *err)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(
		db,
		"SELECT * FROM (SELECT id, start_ms, end_ms, version, config, count(*) OVER () AS n "
		"FROM runs WHERE start_ms < ?2 AND ifnull(end_ms, ?1) >= ?1 ORDER BY id DESC LIMIT ?3) "
		"ORDER BY id",
		-1, &s, NULL);

	*more = false;
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(s, 1, q->since_ms);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(s, 2, q->until_ms);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(s, 3, q->limit ? (int64_t)q->limit : -1);
	while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		const struct history_run_row row = {
			.run = sqlite3_column_int64(s, 0),
			.start_ms = sqlite3_column_int64(s, 1),
			.end_ms = sqlite3_column_int64(s, 2),
			.version = text_of(s, 3),
			.config = text_of(s, 4),
		};
		*more = q->limit && (uint64_t)sqlite3_column_int64(s, 5) > q->limit;
		sink->row(sink->context, &row);
		rc = SQLITE_OK;
	}
	return answered(rc, s, sink, err);
}
