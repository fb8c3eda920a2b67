// SPDX-License-Identifier: BSD-3-Clause
// What the user gives is a parameter, never a part of a text.

#include "history/statement.h"

#include <errno.h>
#include <stdio.h>

#include "history/file.h"

void statement_where(const struct history_query *q, char out[STATEMENT_ROOM])
{
	snprintf(out, STATEMENT_ROOM, "c.id >= ?1 AND c.id < ?2%s%s%s%s%s",
		 q->number || q->profile ? " AND c.line IN (SELECT id FROM lines WHERE" : "",
		 q->number ? " number = ?3" : "", q->number && q->domain ? " AND domain = ?4" : "",
		 q->profile ? (q->number ? " AND profile = ?5" : " profile = ?5") : "",
		 q->number || q->profile ? ")" : "");
}

static int64_t key_of(int64_t ms)
{
	if (ms <= 0)
		return 0;
	return ms >= HISTORY_TIME_MAX ? INT64_MAX : ms << HISTORY_TIME_SHIFT;
}

int64_t statement_first(const struct history_query *q)
{
	return key_of(q->since_ms);
}

int64_t statement_end(const struct history_query *q)
{
	return key_of(q->until_ms);
}

static int text_bind(sqlite3_stmt *s, int at, const char *text)
{
	return text ? sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC) : SQLITE_OK;
}

int statement_prepare(sqlite3 *db, const char *text, const struct history_query *q,
		      sqlite3_stmt **s)
{
	int rc = sqlite3_prepare_v2(db, text, -1, s, NULL);

	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_bind_int64(*s, 1, statement_first(q));
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(*s, 2, statement_end(q));
	if (rc == SQLITE_OK)
		rc = text_bind(*s, 3, q->number);
	if (rc == SQLITE_OK)
		rc = text_bind(*s, 4, q->number ? q->domain : NULL);
	if (rc == SQLITE_OK)
		rc = text_bind(*s, 5, q->profile);
	return rc;
}

int statement_fail(int rc, struct hl_error *err)
{
	return hl_fail(err, rc == SQLITE_NOMEM ? ENOMEM : EIO, "the history cannot be read: %s",
		       history_error_text(rc));
}
