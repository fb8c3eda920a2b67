// SPDX-License-Identifier: BSD-3-Clause
// Allocation: zeroed, aligned, through the hooks, and no wrapped sizes.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <heartline/alloc.h>
#include <stdlib.h>

#include "base/memory.h"

Test(memory, is_aligned_and_zeroed)
{
	for (size_t align = 1; align <= 4096; align *= 2) {
		uint8_t *m = memory_zalloc(33, 7, align);
		cr_assert(ne(ptr, m, NULL));
		cr_assert(eq(sz, (uintptr_t)m % align, 0));
		for (int i = 0; i < 33 * 7; i++) {
			cr_assert(eq(u8, m[i], 0));
			m[i] = 0xaa; // dirt for the next round
		}
		memory_free(m);
	}
}

Test(memory, refuses_a_size_that_wraps)
{
	cr_assert(eq(ptr, memory_zalloc(SIZE_MAX / 2 + 1, 2, 8), NULL));
	cr_assert(eq(ptr, memory_zalloc(SIZE_MAX / 64 + 2, 64, 64), NULL));
}

Test(memory, nothing_is_not_a_failure)
{
	void *m = memory_zalloc(0, 64, 64);

	cr_assert(ne(ptr, m, NULL));
	memory_free(m);
	memory_free(NULL);
}

struct seen {
	size_t bytes, align;
	void *freed;
	char room[64];
};

static void *seen_zalloc(void *user, size_t bytes, size_t align)
{
	struct seen *seen = user;

	seen->bytes = bytes;
	seen->align = align;
	return bytes <= sizeof(seen->room) ? seen->room : NULL;
}

static void seen_free(void *user, void *memory)
{
	((struct seen *)user)->freed = memory;
}

Test(memory, hooks_are_asked_until_taken_away)
{
	struct seen seen = { 0 };
	struct hl_allocator hooks = { .zalloc = seen_zalloc, .free = seen_free, .user = &seen };

	hl_set_allocator(&hooks);
	hooks = (struct hl_allocator){ 0 }; // they were copied
	void *m = memory_zalloc(3, 16, 32);
	cr_assert(eq(ptr, m, seen.room));
	cr_assert(eq(sz, seen.bytes, 48));
	cr_assert(eq(sz, seen.align, 32));
	cr_assert(eq(ptr, memory_zalloc(2, 64, 64), NULL), "a hook's NULL comes through");
	memory_free(m);
	cr_assert(eq(ptr, seen.freed, m));
	seen.freed = NULL;
	memory_free(NULL);
	cr_assert(eq(ptr, seen.freed, NULL));

	hl_set_allocator(NULL);
	m = memory_zalloc(1, 16, 16);
	cr_assert(all(ne(ptr, m, NULL), ne(ptr, m, seen.room)));
	memory_free(m);
}
