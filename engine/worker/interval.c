// SPDX-License-Identifier: BSD-3-Clause
// How long a line waits: backoff, Retry-After, the refresh of what was granted.
#include "worker/interval.h"

#include "base/count.h"

uint64_t interval_backoff_ns(struct hl_worker *w, const struct plan_profile *p, uint8_t *n)
{
	uint64_t whole = p->backoff_max_ns;

	if (*n < 32 && p->backoff_base_ns << *n < p->backoff_max_ns)
		whole = p->backoff_base_ns << *n;
	if (*n < UINT8_MAX)
		++*n;
	return whole / 2 + rng_next(&w->rng) % (whole / 2 + 1);
}

// Half of what was granted. A server that grants next to nothing is not asked more often than
// refresh_min says, or than half of what the profile itself asks for.
uint64_t interval_refresh_ns(struct hl_worker *w, uint32_t i, uint32_t granted_s, uint32_t own_s,
			     uint64_t *least_ns)
{
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);
	uint64_t half_ns = granted_s * 500000000ull, own_ns = own_s * 500000000ull;

	*least_ns = p->refresh_min_ns < own_ns ? p->refresh_min_ns : own_ns;
	if (half_ns >= *least_ns)
		return half_ns;
	count(&w->counters.short_grants);
	return *least_ns;
}

uint64_t interval_retry_after_ns(struct hl_worker *w, uint32_t i, uint32_t asked_s)
{
	uint32_t longest_s = worker_profile(w, &w->lines[i])->retry_after_max_s;

	if (asked_s <= longest_s)
		return asked_s * 1000000000ull;
	count(&w->counters.long_retry_afters);
	return longest_s * 1000000000ull;
}
