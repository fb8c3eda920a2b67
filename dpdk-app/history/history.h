// SPDX-License-Identifier: BSD-3-Clause
// The history of a run: every change of a line's state in a file, by a thread of its own. A disk that is
// full, a file that is locked, damaged or gone never makes the control thread wait.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <heartline/error.h>

#include "history/change.h"
#include "history/counts.h"
#include "history/retain.h"

struct history;

struct history_options {
	const char *path;
	struct history_limits limits;
	size_t queue_bytes;          // a power of two
	const char *version;         // of heartline
	const char *config;          // a file's name; NULL: flags
	const char *const *profiles; // names, by struct history_change's `profile`; copied
	uint32_t n_profiles;
};

// Open the file before anything starts, and make it if there is none. 0, or -errno with a message.
int history_open(struct history **history, const struct history_options *options,
		 struct hl_error *err);

// Start the thread. Call it where the threads of the run have their processors already.
int history_start(struct history *history, struct hl_error *err);

// Control thread only; never waits. Without room the change is counted as lost.
void history_put(struct history *history, const struct history_change *change);

// Now, from any thread.
void history_count(const struct history *history, struct history_counts *counts);

// Write what is waiting, for HISTORY_END_MS at most, and close the file. counts may be NULL, and so may
// history.
#define HISTORY_END_MS 5000
void history_close(struct history *history, struct history_counts *counts);
