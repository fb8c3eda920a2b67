// SPDX-License-Identifier: BSD-3-Clause
// Counters with one writer and any number of readers.
#pragma once

#include <stdatomic.h>
#include <stdint.h>

// By the writer only: no other thread writes, so no read-modify-write is needed.
static inline void counter_add(_Atomic uint64_t *counter, uint64_t n)
{
	uint64_t old = atomic_load_explicit(counter, memory_order_relaxed);
	atomic_store_explicit(counter, old + n, memory_order_relaxed);
}

static inline uint64_t counter_load(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}
