// SPDX-License-Identifier: BSD-3-Clause
// Removes the oldest changes in slices, so that the thread that writes never stays away for long.

#include "history/retain.h"

#include <stddef.h>

#include "history/file.h"

#define SLICE 4000        // changes removed at once
#define PAGES_AT_ONCE 500 // given back to the file system
#define FREE_SHARE 4      // and with a quarter of it free they are, whatever its size

// The oldest ones up to a key.
static int oldest_remove(sqlite3 *db, int64_t below, int *removed)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db,
				    "DELETE FROM changes WHERE id IN "
				    "(SELECT id FROM changes WHERE id < ?1 ORDER BY id LIMIT ?2)",
				    -1, &s, NULL);

	if (rc == SQLITE_OK) {
		sqlite3_bind_int64(s, 1, below);
		sqlite3_bind_int(s, 2, SLICE);
		rc = sqlite3_step(s);
	}
	sqlite3_finalize(s);
	*removed = sqlite3_changes(db);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

struct pages {
	int64_t all, free; // free: used again before the file grows
	int64_t bytes;     // of one
};

static int pages_count(sqlite3 *db, struct pages *p)
{
	int rc = history_integer_read(db, "PRAGMA page_count", &p->all);

	if (rc == SQLITE_OK)
		rc = history_integer_read(db, "PRAGMA freelist_count", &p->free);
	return rc ? rc : history_integer_read(db, "PRAGMA page_size", &p->bytes);
}

static int pages_give_back(sqlite3 *db)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db, "PRAGMA incremental_vacuum(500)", -1, &s, NULL);

	// It gives back one page a step.
	for (int i = 0; rc == SQLITE_OK && i < PAGES_AT_ONCE; i++)
		if ((rc = sqlite3_step(s)) == SQLITE_ROW)
			rc = SQLITE_OK;
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

// Where changes come and go the file keeps its size, and writes to the pages that it has.
static bool is_too_large(const struct pages *p, const struct history_limits *limits)
{
	return p->free > 0 && ((limits->bytes > 0 && p->all * p->bytes > (int64_t)limits->bytes) ||
			       p->free > p->all / FREE_SHARE);
}

int history_retain(sqlite3 *db, const struct history_limits *limits, int64_t now_ms, bool *more)
{
	int64_t oldest_ms = now_ms - (int64_t)limits->age_ms;
	struct pages pages = { 0 };
	int removed = 0, rc = SQLITE_OK;

	if (limits->age_ms > 0 && oldest_ms > 0)
		rc = oldest_remove(db, oldest_ms << HISTORY_TIME_SHIFT, &removed);
	if (rc == SQLITE_OK)
		rc = pages_count(db, &pages);
	if (rc == SQLITE_OK && removed == 0 && limits->bytes > 0 &&
	    (pages.all - pages.free) * pages.bytes > (int64_t)limits->bytes) {
		rc = oldest_remove(db, INT64_MAX, &removed);
		if (rc == SQLITE_OK)
			rc = pages_count(db, &pages);
	}
	bool too_large = is_too_large(&pages, limits);
	if (rc == SQLITE_OK && too_large)
		rc = pages_give_back(db);
	*more = rc == SQLITE_OK && (removed > 0 || too_large);
	return rc;
}
