// SPDX-License-Identifier: BSD-3-Clause
// How long to wait: backoff, refresh of a grant, Retry-After.
#pragma once

#include "worker/worker.h"

// The longest Min-Expires that is obeyed: as long as a profile may ask by itself.
#define MIN_EXPIRES_MAX_S 86400

// RFC 5626 4.5: uniform in 50..100 % of min(max, base * 2^n); *n is one more then.
uint64_t interval_backoff_ns(struct hl_worker *w, const struct plan_profile *p, uint8_t *n);
// When to refresh what was granted for so long, where the profile asks for own_s. A grant that is
// too short is counted; *least_ns: the soonest that is allowed.
uint64_t interval_refresh_ns(struct hl_worker *w, uint32_t i, uint32_t granted_s, uint32_t own_s,
			     uint64_t *least_ns);
// What a server asked for with Retry-After, as far as retry_after_max lets it; the rest is counted.
uint64_t interval_retry_after_ns(struct hl_worker *w, uint32_t i, uint32_t asked_s);
