// SPDX-License-Identifier: BSD-3-Clause
// Set-up of the single-producer single-consumer ring; its hot half is in the header.
#include "base/ring.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>

#include "base/memory.h"

// Producer, consumer and what is only read share no cache line: each push would cost a miss.
static_assert(offsetof(struct ring, tail) == 64, "tail has a cache line of its own");
static_assert(offsetof(struct ring, mask) == 128, "what nobody writes has one, too");

int ring_init(struct ring *ring, uint32_t n, uint32_t record_bytes)
{
	assert(n > 0 && (n & (n - 1)) == 0);
	*ring = (struct ring){ .mask = n - 1, .record_bytes = record_bytes };
	ring->records = memory_zalloc(n, record_bytes, 64);
	return ring->records != NULL ? 0 : -ENOMEM;
}

void ring_free(struct ring *ring)
{
	memory_free(ring->records);
	ring->records = NULL;
}
