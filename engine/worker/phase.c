// SPDX-License-Identifier: BSD-3-Clause
// When in a period a line has its turn.
//
// A million lines must not beat together, so each has a time of its own. Were it any random one, timers
// would ask for the lines in random order, and each of them would come from far memory. So line k of n
// lies at a random place in the kth of n equal parts of the period: spread more evenly, and in order.
#include "worker/phase.h"

static const struct phase_run *run_of(const struct hl_worker *w, uint32_t i)
{
	uint32_t low = 0, high = w->n_runs;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (w->runs[middle].first <= i)
			low = middle;
		else
			high = middle;
	}
	return &w->runs[low];
}

uint64_t phase_wait_ns(struct hl_worker *w, uint32_t i, uint64_t period_ns)
{
	const struct phase_run *run = run_of(w, i);
	uint64_t part = (uint64_t)(i - run->first) << 32 | (uint32_t)rng_next(&w->rng);
	unsigned __int128 scaled = (unsigned __int128)period_ns * part;
	uint64_t phase_ns = (uint64_t)(scaled / ((uint64_t)run->n << 32));
	uint64_t here_ns = (w->now_ns - w->options.start_ns) % period_ns;

	return (phase_ns + period_ns - here_ns) % period_ns;
}

// Refreshes that each line drew for itself would come in random order before long, each line from far
// memory: three times the cost. There are blocks enough for the drawn times to be as even.
#define BLOCKS 1024
#define TOGETHER_SHIFT 31 // 2.1 s: what a block was granted within it moves together

uint64_t phase_block_draw(struct hl_worker *w, uint32_t i)
{
	uint32_t size = w->n / BLOCKS;
	struct rng rng;

	if (size < 2)
		return rng_next(&w->rng);
	rng_seed(&rng, w->options.seed ^ (uint64_t)(i / size) << 40 ^ w->now_ns >> TOGETHER_SHIFT);
	return rng_next(&rng);
}
