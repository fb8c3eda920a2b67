// SPDX-License-Identifier: BSD-3-Clause
// The bytes of a file of state: a head, blocks of lines, an end that has the checksum of all.
#pragma once

#include <heartline/saved.h>

// One that was found to be whole.
struct saved_reading {
	struct hl_saved_head head;
	const uint8_t *blocks;
	size_t bytes; // of the blocks
	uint64_t lines;
};

// 0, -EBADMSG, -EPROTONOSUPPORT.
int saved_open(struct saved_reading *reading, const uint8_t *bytes, size_t len,
	       struct hl_error *err);

// A walk over its lines.
struct saved_cursor {
	const uint8_t *at, *end;
	uint32_t left; // bytes of the block
	uint64_t lines;
};
struct saved_cursor saved_first(const struct saved_reading *reading);
// Where the next line begins, and how many bytes it may have. False: there is none.
bool saved_next(struct saved_cursor *cursor, const uint8_t **bytes, uint32_t *room);
// It had so many.
void saved_skip(struct saved_cursor *cursor, uint32_t len);
