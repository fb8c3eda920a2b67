// SPDX-License-Identifier: BSD-3-Clause
// Allocates big tables through the caller's hooks, or from libc.
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <heartline/alloc.h>

#define HUGE_BYTES ((size_t)2 << 20)

// Tables of a million lines are walked by timers and hit by replies: with pages of 4 KB every other
// access misses the TLB as well. A hint, to be ignored where there are no transparent huge pages.
static void huge_pages_ask(char *raw, size_t bytes)
{
#ifdef MADV_HUGEPAGE
	uintptr_t first = ((uintptr_t)raw + HUGE_BYTES - 1) & ~(uintptr_t)(HUGE_BYTES - 1);
	uintptr_t end = ((uintptr_t)raw + bytes) & ~(uintptr_t)(HUGE_BYTES - 1);

	if (bytes >= 2 * HUGE_BYTES && first < end)
		madvise((void *)first, end - first, MADV_HUGEPAGE);
#endif
}

// calloc instead of memset: pages that are never touched stay unmapped, as most of some tables do.
// What calloc returned is kept in front of the aligned memory.
static void *libc_zalloc(void *user, size_t bytes, size_t align)
{
	size_t head = (align < sizeof(void *) ? sizeof(void *) : align) + sizeof(void *);
	char *raw;

	(void)user;
	if (bytes > SIZE_MAX - head)
		return NULL;
	raw = calloc(1, bytes + head);
	if (raw == NULL)
		return NULL;
	huge_pages_ask(raw, bytes + head);
	uintptr_t at = (uintptr_t)raw + head;
	void **memory = (void **)(align < 2 ? at : at & ~(uintptr_t)(align - 1));
	memory[-1] = raw;
	return memory;
}

static void libc_free(void *user, void *memory)
{
	(void)user;
	free(((void **)memory)[-1]);
}

static const struct hl_allocator libc_allocator = { .zalloc = libc_zalloc, .free = libc_free };

// Writer: hl_set_allocator(), before there is anybody else.
static struct hl_allocator allocator = { .zalloc = libc_zalloc, .free = libc_free };

void hl_set_allocator(const struct hl_allocator *hooks)
{
	allocator = hooks != NULL ? *hooks : libc_allocator;
}

void *memory_zalloc(size_t n, size_t bytes, size_t align)
{
	size_t total;

	if (__builtin_mul_overflow(n, bytes, &total))
		return NULL;
	if (total == 0)
		total = 1; // an empty table is no failure: NULL means only that memory ran out
	return allocator.zalloc(allocator.user, total, align);
}

void memory_free(void *memory)
{
	if (memory != NULL)
		allocator.free(allocator.user, memory);
}
