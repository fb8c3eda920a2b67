// SPDX-License-Identifier: BSD-3-Clause
// The columns of each question to a history.
#pragma once

#include "commands/history_print.h"
#include "history/query.h"

// All print to stdout. As the functions of history/query.h.
int history_print_changes(sqlite3 *db, const struct history_query *query, enum rows_format format,
			  bool *more, struct hl_error *err);
int history_print_outages(sqlite3 *db, const struct history_query *query, uint64_t least,
			  enum rows_format format, bool *more, struct hl_error *err);
int history_print_flappings(sqlite3 *db, const struct history_query *query, uint64_t n,
			    enum rows_format format, struct hl_error *err);
int history_print_runs(sqlite3 *db, const struct history_query *query, enum rows_format format,
		       bool *more, struct hl_error *err);
