// SPDX-License-Identifier: BSD-3-Clause
// The file of a history: an SQLite database with a schema of its own, which is checked before it is used.
#pragma once

#include <stdint.h>

#include <sqlite3.h>

#include <heartline/error.h>

#define HISTORY_APPLICATION_ID 0x484c4e48 // "HLNH"
#define HISTORY_SCHEMA 1

// The key of a change holds its time, so that its table and the index of each line are in its order:
// milliseconds since 1970, and what tells changes of one millisecond apart.
#define HISTORY_TIME_SHIFT 20
#define HISTORY_TIME_MAX (INT64_MAX >> HISTORY_TIME_SHIFT)

// Open it to write; a file that is not there, or empty, is made. Another program's file, or one of another
// version, is refused and left as it is.
// @return 0, or -errno with a message that begins with the path; *db is NULL then
int history_file_create(sqlite3 **db, const char *path, struct hl_error *err);

// Open it to read, while it may be written. Nothing is made or changed.
int history_file_read(sqlite3 **db, const char *path, struct hl_error *err);

// An error of SQLite in words that say what is wrong with the file.
const char *history_error_text(int rc);

// The first value of the first row; without a row *value stays. @return what SQLite says
int history_integer_read(sqlite3 *db, const char *sql, int64_t *value);
