// SPDX-License-Identifier: BSD-3-Clause
// Which target of a server a line speaks to (RFC 3263 4.3).
//
// A transaction stays where it began: REGISTER and unregister at line.target[server], which only a
// new REGISTER moves (or a probe, while neither is under way); a probe at line.probe_target, a
// keepalive or SUBSCRIBE at its stream's own.
#pragma once

#include "worker/worker.h"

// The line's order of a server's targets, as it was published last: a byte each, from the lowest on.
uint64_t target_order(const struct hl_worker *w, uint32_t i, enum hl_server server);
// PLAN_NO_TARGET: it is empty.
uint8_t target_first(uint64_t order);
// The order from a target on; empty when it is not listed.
uint64_t target_order_from(uint64_t order, uint8_t target);
// The one behind it.
uint8_t target_after(uint64_t order, uint8_t target);

// Where a new request goes: where the last REGISTER went, as long as that is still listed.
uint8_t target_choose(const struct hl_worker *w, uint32_t i, enum hl_server server);
// Choose the line's target when it has none.
void target_settle(struct hl_worker *w, uint32_t i, enum hl_server server);
// This one; a new choice for PLAN_NO_TARGET.
uint8_t target_or_choice(const struct hl_worker *w, uint32_t i, enum hl_server server,
			 uint8_t target);
// NULL: PLAN_NO_TARGET.
static inline const struct plan_endpoint *target_endpoint(const struct hl_worker *w, uint32_t i,
							  enum hl_server server, uint8_t target)
{
	const struct plan_server *s = &worker_servers(w, &w->lines[i])[server];

	return target == PLAN_NO_TARGET ? NULL : &s->endpoints[target];
}
