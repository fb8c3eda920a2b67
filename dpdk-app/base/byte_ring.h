// SPDX-License-Identifier: BSD-3-Clause
// Single-producer single-consumer ring of records of any size. Each lies in one piece: what is left before
// the end of the ring is passed over. Neither side ever waits for the other.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct byte_ring;

// bytes: a power of two, 4096 at least. NULL: no memory. What was never used takes none.
struct byte_ring *byte_ring_new(size_t bytes);
void byte_ring_free(struct byte_ring *ring);

// Have all of its memory now, so that the producer never waits for a page.
void byte_ring_touch(struct byte_ring *ring);

// The producer: from where it is, reserve room record by record, each behind the one before; then publish
// as many of them as wanted. The consumer sees nothing of the others, whose room is as free as before.
// NULL: there is no room for it, and *at stays.
uint64_t byte_ring_at(const struct byte_ring *ring);
void *byte_ring_reserve(struct byte_ring *ring, uint64_t *at, uint32_t bytes);
void byte_ring_publish(struct byte_ring *ring, uint64_t at);

// The consumer: from the first record that was not released, go on by a cursor. NULL: there is none behind
// it. bytes: as they were reserved.
uint64_t byte_ring_cursor(const struct byte_ring *ring);
const void *byte_ring_next(const struct byte_ring *ring, uint64_t *cursor, uint32_t *bytes);
// How far the producer has published.
uint64_t byte_ring_published(const struct byte_ring *ring);
// What is before the cursor is not needed any more.
void byte_ring_release(struct byte_ring *ring, uint64_t cursor);

// Any thread, of a moment that may be over.
bool byte_ring_empty(const struct byte_ring *ring);
