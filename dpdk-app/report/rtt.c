// SPDX-License-Identifier: BSD-3-Clause
// Windows over histograms that only ever grow.

#include "report/rtt.h"

#include "base/counter.h"

static uint64_t bucket_sum(const struct dataplane *dp, unsigned bucket)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < dp->n_workers; i++)
		n += counter_load(&hl_worker_counters(dp->workers[i])->rtt_first.bucket[bucket]);
	return n;
}

void rtt_window_start(struct rtt_window *window, const struct dataplane *dp)
{
	for (unsigned b = 0; b < HL_HIST_BUCKETS; b++)
		atomic_store_explicit(&window->base.bucket[b], bucket_sum(dp, b),
				      memory_order_relaxed);
}

double rtt_window_quantile(struct rtt_window *window, const struct dataplane *dp, double q)
{
	const struct hl_hist *diff = &window->diff;

	for (unsigned b = 0; b < HL_HIST_BUCKETS; b++) {
		uint64_t base = counter_load(&window->base.bucket[b]);
		atomic_store_explicit(&window->diff.bucket[b], bucket_sum(dp, b) - base,
				      memory_order_relaxed);
	}
	return hl_hist_quantile(&diff, 1, q);
}
