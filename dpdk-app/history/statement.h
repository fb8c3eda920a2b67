// SPDX-License-Identifier: BSD-3-Clause
// Statements of questions: fixed pieces of text, put together by what is asked for.
#pragma once

#include <sqlite3.h>

#include "history/query.h"

#define STATEMENT_ROOM 1600

// A line lost the server where it was registered; as the index changes_lost has it.
#define STATEMENT_LOST \
	"(c.cause IS NOT NULL AND ((c.from_state = 2 AND c.to_state IN (3, 7, 8)) OR " \
	"(c.from_state IN (4, 5) AND c.to_state IN (1, 7, 8))))"

// Conditions on changes c: ?1 <= c.id < ?2, and what names lines (?3 to ?5). A piece, to go behind WHERE.
void statement_where(const struct history_query *query, char out[STATEMENT_ROOM]);

// Prepare a text and set these parameters. @return what SQLite says
int statement_prepare(sqlite3 *db, const char *text, const struct history_query *query,
		      sqlite3_stmt **statement);

// The keys of changes between which a time lies.
int64_t statement_first(const struct history_query *query);
int64_t statement_end(const struct history_query *query);

// -errno with a message for what SQLite says.
int statement_fail(int rc, struct hl_error *err);
