// SPDX-License-Identifier: BSD-3-Clause
// Positions count bytes ever since, so that full and empty differ; the mask finds the place.

#include "base/byte_ring.h"

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct head {
	uint32_t place; // what the record takes, this included: a multiple of ALIGN
	uint32_t
		bytes; // of the record; REST: there is none, only the rest before the end of the ring
};
#define ALIGN 8
#define REST UINT32_MAX
static_assert(sizeof(struct head) == ALIGN, "any rest has room for it");

struct byte_ring {
	alignas(64) _Atomic uint64_t put;  // writer: the producer
	uint64_t seen;                     // the producer's own: `free` when it last looked
	alignas(64) _Atomic uint64_t free; // writer: the consumer
	alignas(64) uint64_t mask;         // fixed, as the rest
	uint8_t *bytes;
};

struct byte_ring *byte_ring_new(size_t bytes)
{
	struct byte_ring *r = aligned_alloc(alignof(struct byte_ring), sizeof(*r));

	assert((bytes & (bytes - 1)) == 0 && bytes >= 4096);
	if (!r)
		return NULL;
	memset(r, 0, sizeof(*r));
	r->mask = bytes - 1;
	r->bytes = calloc(1, bytes);
	if (r->bytes)
		return r;
	free(r);
	return NULL;
}

void byte_ring_free(struct byte_ring *r)
{
	if (!r)
		return;
	free(r->bytes);
	free(r);
}

void byte_ring_touch(struct byte_ring *r)
{
	volatile uint8_t *bytes = r->bytes;

	for (uint64_t k = 0; k <= r->mask; k += 4096)
		bytes[k] = 0;
}

uint64_t byte_ring_at(const struct byte_ring *r)
{
	return atomic_load_explicit(&r->put, memory_order_relaxed);
}

void *byte_ring_reserve(struct byte_ring *r, uint64_t *at, uint32_t bytes)
{
	uint64_t size = r->mask + 1, rest = size - (*at & r->mask);
	uint64_t place = ((uint64_t)sizeof(struct head) + bytes + ALIGN - 1) &
			 ~(uint64_t)(ALIGN - 1);
	uint64_t over = rest < place ? rest : 0;

	if (*at + over + place - r->seen > size) {
		r->seen = atomic_load_explicit(&r->free, memory_order_acquire);
		if (*at + over + place - r->seen > size)
			return NULL;
	}
	if (over > 0) {
		const struct head head = { (uint32_t)over, REST };
		memcpy(r->bytes + (*at & r->mask), &head, sizeof(head));
		*at += over;
	}
	uint8_t *record = r->bytes + (*at & r->mask);
	const struct head head = { (uint32_t)place, bytes };
	memcpy(record, &head, sizeof(head));
	*at += place;
	return record + sizeof(head);
}

void byte_ring_publish(struct byte_ring *r, uint64_t at)
{
	atomic_store_explicit(&r->put, at, memory_order_release);
}

uint64_t byte_ring_cursor(const struct byte_ring *r)
{
	return atomic_load_explicit(&r->free, memory_order_relaxed);
}

uint64_t byte_ring_published(const struct byte_ring *r)
{
	return atomic_load_explicit(&r->put, memory_order_acquire);
}

const void *byte_ring_next(const struct byte_ring *r, uint64_t *cursor, uint32_t *bytes)
{
	struct head head;

	if (*cursor == atomic_load_explicit(&r->put, memory_order_acquire))
		return NULL;
	memcpy(&head, r->bytes + (*cursor & r->mask), sizeof(head));
	if (head.bytes == REST) { // a record follows: both were published at once
		*cursor += head.place;
		memcpy(&head, r->bytes + (*cursor & r->mask), sizeof(head));
	}
	const uint8_t *record = r->bytes + (*cursor & r->mask) + sizeof(head);
	*cursor += head.place;
	*bytes = head.bytes;
	return record;
}

void byte_ring_release(struct byte_ring *r, uint64_t cursor)
{
	atomic_store_explicit(&r->free, cursor, memory_order_release);
}

bool byte_ring_empty(const struct byte_ring *r)
{
	return atomic_load_explicit(&r->put, memory_order_acquire) ==
	       atomic_load_explicit(&r->free, memory_order_relaxed);
}
