// SPDX-License-Identifier: BSD-3-Clause
// Allocation hooks: where the engine's big tables come from.
#pragma once

#include <stddef.h>

/**
 * Hooks called at set-up and tear-down only, never from a poll path. The default is libc.
 * zalloc returns zeroed memory aligned to @p align (a power of two), or NULL.
 */
struct hl_allocator {
	void *(*zalloc)(void *user, size_t bytes, size_t align);
	void (*free)(void *user, void *memory);
	void *user;
};

/** Set the hooks of the process; NULL restores libc. Call before anything is allocated. */
void hl_set_allocator(const struct hl_allocator *hooks);
