// SPDX-License-Identifier: BSD-3-Clause
// A fault in the user's input: what is wrong, what is allowed, and which entry it is about.
#pragma once

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include <heartline/error.h>

// The kind of entry that a fault is about; its line and column are found later.
enum fault_place {
	FAULT_FILE,
	FAULT_PORT,
	FAULT_POOL,
	FAULT_PROFILE,
	FAULT_LINES,
	FAULT_ROW,
	FAULT_ALERT,
	FAULT_EXPECT,
	FAULT_PHASE
};

struct fault {
	int code; // errno value
	enum fault_place at;
	uint32_t index;  // of the port, pool, profile, group, alert or phase
	uint32_t row;    // FAULT_ROW: of the group's CSV
	const char *key; // in the entry; NULL: the entry as a whole
	char what[384];
	char hint[1280]; // shown after the caret; may be empty
};

// Say what is wrong, and clear the hint. Returns -EINVAL, as hl_fail().
int fault_say(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Say what is allowed. Returns -EINVAL.
int fault_hint(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The same for an entry.
static inline int fault_at(struct fault *fault, enum fault_place at, uint32_t index,
			   const char *key)
{
	fault->at = at;
	fault->index = index;
	fault->key = key;
	return -EINVAL;
}

// The text that a fault is in.
struct fault_source {
	const char *name; // of the file, as the user wrote it
	const char *text;
	size_t len;
};

// "NAME:LINE:COLUMN: error: KEY: WHAT", the line, and a caret with the hint. Line and column count
// from 1, columns in characters.
int fault_fail_at(const struct fault *fault, const struct fault_source *source, uint32_t line,
		  uint32_t column, struct hl_error *err);

// The same for a source whose text begins with that line.
int fault_fail_line(const struct fault *fault, const struct fault_source *source, uint32_t line,
		    uint32_t column, struct hl_error *err);

// "KEY: WHAT; HINT", for what does not come from a file.
int fault_fail(const struct fault *fault, struct hl_error *err);
