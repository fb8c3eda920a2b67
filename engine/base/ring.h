// SPDX-License-Identifier: BSD-3-Clause
// Single-producer single-consumer ring of fixed-size records: commands in, events out.
#pragma once

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct ring {
	alignas(64) _Atomic uint32_t head; // writer: the producer
	alignas(64) _Atomic uint32_t tail; // writer: the consumer
	alignas(64) uint32_t mask;         // fixed at set-up
	uint32_t record_bytes;
	uint8_t *records;
};

// n: a power of two. 0 or -ENOMEM.
int ring_init(struct ring *ring, uint32_t n, uint32_t record_bytes);
void ring_free(struct ring *ring);

static inline bool ring_push(struct ring *ring, const void *record)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	if (head - atomic_load_explicit(&ring->tail, memory_order_acquire) > ring->mask)
		return false;
	memcpy(ring->records + (size_t)(head & ring->mask) * ring->record_bytes, record,
	       ring->record_bytes);
	atomic_store_explicit(&ring->head, head + 1, memory_order_release);
	return true;
}

// For the producer: what is not full stays so until it pushes.
static inline bool ring_full(struct ring *ring)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	return head - atomic_load_explicit(&ring->tail, memory_order_acquire) > ring->mask;
}

static inline bool ring_pop(struct ring *ring, void *record)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	if (tail == atomic_load_explicit(&ring->head, memory_order_acquire))
		return false;
	memcpy(record, ring->records + (size_t)(tail & ring->mask) * ring->record_bytes,
	       ring->record_bytes);
	atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
	return true;
}

static inline bool ring_empty(struct ring *ring)
{
	return atomic_load_explicit(&ring->tail, memory_order_relaxed) ==
	       atomic_load_explicit(&ring->head, memory_order_acquire);
}
