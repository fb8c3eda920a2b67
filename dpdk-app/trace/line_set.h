// SPDX-License-Identifier: BSD-3-Clause
// A set of lines, by their places in the plan. One thread changes it, any reads it.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct line_set {
	atomic_bool all; // also what belongs to no line
	_Atomic uint64_t bits[];
};

static inline struct line_set *line_set_new(uint32_t n)
{
	return calloc(1, sizeof(struct line_set) + (n / 64 + 1) * sizeof(uint64_t));
}

static inline bool line_set_has(const struct line_set *set, uint32_t line)
{
	return atomic_load_explicit(&set->bits[line / 64], memory_order_relaxed) >> line % 64 & 1;
}

static inline void line_set_put(struct line_set *set, uint32_t line, bool in)
{
	uint64_t bits = atomic_load_explicit(&set->bits[line / 64], memory_order_relaxed);
	uint64_t bit = UINT64_C(1) << line % 64;

	atomic_store_explicit(&set->bits[line / 64], in ? bits | bit : bits & ~bit,
			      memory_order_relaxed);
}
