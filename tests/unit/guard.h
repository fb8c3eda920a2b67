// SPDX-License-Identifier: BSD-3-Clause
// Buffers that end at a guard page: reading one byte too far kills the test, under any build.
#pragma once

#include <criterion/criterion.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// Pages that hold n bytes, at least one, so that a buffer of 0 bytes has an address too.
static inline size_t guard_room_bytes(size_t n)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return n == 0 ? page : (n + page - 1) / page * page;
}

// Room for n bytes, zeroed, the last of which is followed by the guard page.
static inline void *guard_alloc(size_t n)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t room = guard_room_bytes(n);
	uint8_t *base = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);

	cr_assert_neq((void *)base, MAP_FAILED, "no memory for a guarded buffer of %zu bytes", n);
	cr_assert_eq(mprotect(base + room, page, PROT_NONE), 0, "cannot protect the guard page");
	return base + room - n;
}

// A writable copy of n bytes that ends at the guard page. Each test runs in a process of its own,
// so giving it back with guard_free() matters only in loops.
static inline void *guard_copy(const void *bytes, size_t n)
{
	void *copy = guard_alloc(n);

	if (n > 0)
		memcpy(copy, bytes, n);
	return copy;
}

static inline void guard_free(void *copy, size_t n)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t room = guard_room_bytes(n);

	munmap((uint8_t *)copy + n - room, room + page);
}
