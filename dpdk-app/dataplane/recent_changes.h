// SPDX-License-Identifier: BSD-3-Clause
// The latest changes of state of a run, each linked to the one before it of the same line.
#pragma once

#include <stdint.h>

#include <heartline/error.h>
#include <heartline/worker.h>

struct recent_changes;

#define RECENT_SHOWN 32 // of one line, at most

// For a run of so many lines: 64 changes a line, 65,536 at least and 1,048,576 at most, of 24 bytes each;
// and 4 bytes a line. What was never used takes no memory.
int recent_changes_new(struct recent_changes **changes, uint32_t lines, struct hl_error *err);
void recent_changes_free(struct recent_changes *changes);

// Control thread only, as all here. The oldest ones make room.
void recent_changes_add(struct recent_changes *changes, const struct hl_event *events, uint32_t n);

#define RECENT_REMOVED UINT32_MAX // in place of a line that was removed

// A line was removed, and another one may come to have this number: what was before is none of its.
void recent_changes_forget(struct recent_changes *changes, uint32_t line);

// The latest changes of a line, the latest one first. @return how many
uint32_t recent_changes_of_line(const struct recent_changes *changes, uint32_t line,
				struct hl_event events[RECENT_SHOWN]);

// Changes are numbered from 1 on. Those behind a number, the oldest first, max of them at most; what has
// made room is passed over. `line` of a line that was removed since is RECENT_REMOVED.
// @return how many; *first is the number of the first one
uint32_t recent_changes_after(const struct recent_changes *changes, uint64_t after,
			      struct hl_event *events, uint32_t max, uint64_t *first);
uint64_t recent_changes_count(const struct recent_changes *changes); // so far
