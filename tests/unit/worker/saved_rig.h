// SPDX-License-Identifier: BSD-3-Clause
// What tests of state that survives share: a rig's state as a file, and a rig that takes it up.
#pragma once

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/saved.h>
#include "rig.h"

#define SAVED_MAX (1u << 20)

struct saved_bytes {
	uint8_t bytes[SAVED_MAX];
	size_t len;
};

static inline struct hl_moment moment_at(uint64_t ms)
{
	return (struct hl_moment){ .wall_ms = (int64_t)ms, .boot_ms = ms, .boot_id = { 1 } };
}

static inline void bytes_add(struct saved_bytes *to, const void *bytes, size_t len)
{
	cr_assert(to->len + len <= SAVED_MAX);
	memcpy(to->bytes + to->len, bytes, len);
	to->len += len;
}

// All lines of a rig as the file of a run; its moment is now, at 1,000,000 ms.
#define SAVED_AT_MS 1000000ull
static inline struct saved_bytes *saved_of(const struct rig *rig, uint64_t run)
{
	struct saved_bytes *to = calloc(1, sizeof(*to));
	struct hl_save *save = calloc(1, sizeof(*save));
	const struct hl_saved_head head = { .run = run,
					    .n_workers = 1,
					    .at = moment_at(SAVED_AT_MS) };
	uint8_t first[HL_SAVED_HEAD_BYTES], last[HL_SAVED_END_BYTES];
	struct hl_saved_sum sum;

	hl_saved_begin(&sum, &head, first);
	bytes_add(to, first, sizeof(first));
	save->base_ns = rig->now_ns;
	while (save->next < hl_worker_lines(rig->worker)) {
		hl_worker_save_now(rig->worker, save, rig->now_ns);
		bytes_add(to, save->block, hl_saved_block(&sum, save));
	}
	hl_saved_end(&sum, last);
	bytes_add(to, last, sizeof(last));
	free(save);
	return to;
}

static inline int saved_add(struct hl_saved *saved, const struct saved_bytes *file, uint64_t age_ms)
{
	const struct hl_moment now = moment_at(SAVED_AT_MS + age_ms);
	struct hl_saved_head head;
	struct hl_error err;

	return hl_saved_read(saved, file->bytes, file->len, &now, &head, &err);
}

// The rigs to come take up this file, so long after it was written.
static inline void take_up_next(const struct saved_bytes *file, uint64_t age_ms)
{
	hl_saved_free(rig_saved);
	rig_saved = hl_saved_new();
	cr_assert(eq(int, saved_add(rig_saved, file, age_ms), 0));
	rig_boot_key[0] += 1000; // another boot
}
