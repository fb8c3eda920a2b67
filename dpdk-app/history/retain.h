// SPDX-License-Identifier: BSD-3-Clause
// Keeps the file of a history within its limits of age and size.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

struct history_limits {
	uint64_t age_ms; // older changes are removed; 0: none are
	uint64_t bytes;  // of the file; the oldest changes make room; 0: no limit
};

// Remove a slice of what is too much, in a transaction of its own, and give the space back to the file
// system. What SQLite says; *more: there is more to remove.
int history_retain(sqlite3 *db, const struct history_limits *limits, int64_t now_ms, bool *more);
