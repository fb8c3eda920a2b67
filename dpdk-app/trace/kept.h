// SPDX-License-Identifier: BSD-3-Clause
// The last messages of each line, until it fails: in one ring of bytes, in which each is linked to the one
// before it of its line. So memory is bounded, whatever the lines do: the oldest ones make room.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "trace/record.h"

struct kept;

// bytes: a power of two. NULL: no memory. What was never used takes none.
struct kept *kept_new(size_t bytes, uint32_t lines);
void kept_free(struct kept *kept);

void kept_add(struct kept *kept, const struct trace_record *record, const uint8_t *data);

struct kept_message {
	const struct trace_record *record;
	const uint8_t *data;
};

#define KEPT_TAKE_MAX 1000

// A line failed at that time: its last messages until then, `max` at most, the oldest first. They are not
// taken again. Valid until the next kept_add(). @return how many
uint32_t kept_take(struct kept *kept, uint32_t line, uint64_t failed_ns,
		   struct kept_message messages[], uint32_t max);

// The line is gone, and another one may come in its place.
void kept_forget(struct kept *kept, uint32_t line);
