// SPDX-License-Identifier: BSD-3-Clause
// Writes changes to the file of a history: prepared statements, and what was found before.
#pragma once

#include <stdint.h>

#include <sqlite3.h>

#include "history/change.h"

// What the row of a run says of it.
struct history_run {
	int64_t id; // its row, which a file that was opened before has; 0: it has none
	int64_t start_ms;
	const char *version;
	const char *config;          // a file's name; NULL: flags
	const char *const *profiles; // their names, by struct history_change's `profile`
	uint32_t n_profiles;
};

struct history_record;

// Statements for a file that was opened to write. NULL: no memory, or what SQLite says in *rc.
struct history_record *history_record_new(sqlite3 *db, const struct history_run *run, int *rc);
void history_record_free(struct history_record *record);

// All that follow return what SQLite says. Inside of a transaction: begin, any number of changes, commit
// or roll back. The run's own row is written with the first change.
int history_record_begin(struct history_record *record);
int history_record_change(struct history_record *record, const struct history_change *change);
int history_record_commit(struct history_record *record);
void history_record_roll_back(struct history_record *record);

// The row of the run; 0: the file has none yet.
int64_t history_record_run(const struct history_record *record);

// The run has ended; nothing when none of it was written.
int history_record_end(struct history_record *record, int64_t end_ms);
