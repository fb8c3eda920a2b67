// SPDX-License-Identifier: BSD-3-Clause
// Counting with one writer: a relaxed load and store, which the compiler makes one add.
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include <heartline/counters.h>

static inline void count_add(_Atomic uint64_t *counter, uint64_t n)
{
	uint64_t v = atomic_load_explicit(counter, memory_order_relaxed);
	atomic_store_explicit(counter, v + n, memory_order_relaxed);
}

static inline void count(_Atomic uint64_t *counter)
{
	count_add(counter, 1);
}

static inline uint64_t count_read(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit((_Atomic uint64_t *)counter, memory_order_relaxed);
}

// Bucket of a value: 16 steps an octave, exact below 16.
static inline unsigned hist_bucket(uint64_t us)
{
	if (us < HL_HIST_SUB)
		return (unsigned)us;
	unsigned octave = 63 - (unsigned)__builtin_clzll(us); // >= 4
	unsigned bucket = (octave - 3) * HL_HIST_SUB + (unsigned)(us >> (octave - 4) & 15);
	return bucket < HL_HIST_BUCKETS ? bucket : HL_HIST_BUCKETS - 1;
}

static inline void hist_add(struct hl_hist *hist, uint64_t us)
{
	count(&hist->bucket[hist_bucket(us)]);
}
