// SPDX-License-Identifier: BSD-3-Clause
// What can be asked of a history. All statements are fixed texts with parameters.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include <heartline/error.h>
#include <heartline/state.h>

// What all questions have in common.
struct history_query {
	const char *number, *domain, *profile; // NULL: any
	enum hl_server server;                 // HL_SERVER_NONE: any
	int64_t since_ms, until_ms;            // since <= time < until; UTC, since 1970
	uint64_t limit;                        // the latest so many; 0: all
};

struct history_row {
	int64_t run, at_ms;
	const char *number, *domain, *profile; // domain "": that of the profile
	const char *from, *to;                 // states
	const char *server;                    // primary, backup; NULL: none
	int64_t code;                          // a status; 0: none, or no status
	const char *cause;                     // NULL: its time had come, or an operator
};

struct history_outage {
	int64_t start_ms, end_ms; // end_ms 0: it lasts
	uint64_t lines;           // how many were in it
};

struct history_flapping {
	const char *number, *domain, *profile;
	uint64_t losses;
	int64_t last_ms;
};

struct history_run_row {
	int64_t run, start_ms, end_ms; // end_ms 0: it goes on, or was killed
	const char *version, *config;  // config NULL: flags
};

// Takes what was found. It may be slow: meanwhile nothing of the file is held, so that it does not grow.
struct history_sink {
	void (*row)(void *context, const void *row); // the structure that the question is about
	void (*rest)(void *context);                 // so far; may be slow
	void *context;
};

// All return 0, or -errno with a message. *more: the limit has left some out.
// Changes of state, the oldest first (struct history_row).
int history_changes(sqlite3 *db, const struct history_query *query, const struct history_sink *sink,
		    bool *more, struct hl_error *err);
// Times during which `least` lines or more had lost the server, or without a server: were registered nowhere
// (struct history_outage).
int history_outages(sqlite3 *db, const struct history_query *query, uint64_t least,
		    const struct history_sink *sink, bool *more, struct hl_error *err);
// Lines that lost the server where they were registered most often, the worst first (struct history_flapping).
int history_flappings(sqlite3 *db, const struct history_query *query, uint64_t n,
		      const struct history_sink *sink, struct hl_error *err);
// Runs, the oldest first (struct history_run_row).
int history_runs(sqlite3 *db, const struct history_query *query, const struct history_sink *sink,
		 bool *more, struct hl_error *err);
