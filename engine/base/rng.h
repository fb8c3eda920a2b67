// SPDX-License-Identifier: BSD-3-Clause
// A small seeded generator (xoshiro256**): phases, backoff, the simulator. Not for secrets.
#pragma once

#include <stdint.h>

struct rng {
	uint64_t s[4];
};

void rng_seed(struct rng *rng, uint64_t seed);
uint64_t rng_next(struct rng *rng);
// uniform in [0, n), n > 0
static inline uint32_t rng_below(struct rng *rng, uint32_t n)
{
	return (uint32_t)((rng_next(rng) >> 32) * n >> 32);
}
