// SPDX-License-Identifier: BSD-3-Clause
// Lines whose requests wait for the MAC of their next hop go on when it is found.
#include "worker/hop.h"

#include "line/branch.h"
#include "worker/arm.h"
#include "worker/kinds.h"
#include "worker/request.h"

#define HOP_LINES 512          // looked at by one call
#define AGAIN_NS 1000000000ull // lines that gave up come back within this time, not all at once

// Let a request go on whose next hop is known by now.
static bool wake_request(struct hl_worker *w, uint32_t i, const struct request_ops *ops)
{
	struct exchange *e = request_exchange(w, i, ops);

	if (!e || !exchange_waits_for_hop(e))
		return false;
	if (ops->look_for_target)
		ops->look_for_target(w, i);
	if (!request_hop_known(w, i, ops, request_describe(w, i, ops).server)) {
		w->hop_waits = true;
		return false;
	}
	exchange_ask(e);
	if (ops->is_rare)
		w->lines[i].flags |= LINE_RARE_SEND | LINE_RARE_CHANGED;
	if (ops->found_hop)
		ops->found_hop(w, i);
	return true;
}

// What sent the line into DOWN was the want of a next hop: it need not wait out its backoff.
static bool shorten_backoff(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	struct hl_state s = line_state(l);

	if (s.state != HL_DOWN || !hl_code_is_unsent(s.code) ||
	    !exchange_on_timer(&l->registration))
		return false;
	uint32_t at = w->now + tick_span_ns(rng_next(&w->rng) % AGAIN_NS);
	if (!tick_before(at, l->registration.at))
		return false;
	l->registration.at = at;
	return true;
}

// Its registration goes with its address: it registers anew at once, which waits until that is there again.
static bool lease_is_lost(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];

	if (!worker_has_no_lease(worker_address(w, l)) || !state_is_settled(line_state(l).state) ||
	    !exchange_on_timer(&l->registration))
		return false;
	l->registration.at = w->now;
	return true;
}

static void wake(struct hl_worker *w, uint32_t i)
{
	const struct line *l = &w->lines[i];
	struct hl_state s = line_state(l);
	bool sends = false;

	for (unsigned kind = 0; kind < REQUEST_KINDS; kind++)
		if (!request_kinds[kind]->is_rare || l->flags & LINE_RARE)
			sends |= wake_request(w, i, request_kinds[kind]);
	w->hop_waits |= s.state == HL_DOWN && hl_code_is_unsent(s.code);
	if (sends)
		ready_push(w, i);
	if (shorten_backoff(w, i) || lease_is_lost(w, i) || sends)
		line_arm(w, i);
}

void hop_serve(struct hl_worker *w)
{
	uint32_t changes = neigh_changes(w->neighbours);

	if (changes != w->hop_changes) {
		w->hop_changes = changes;
		if (w->hop_waits || w->hop_at < w->n || w->port->n_leased > 0)
			w->hop_at = 0;
		w->hop_waits = false; // until the walk finds one
	}
	for (uint32_t k = 0; k < HOP_LINES && w->hop_at < w->n; k++)
		wake(w, w->hop_at++);
}

bool hop_has_changed(const struct hl_worker *w)
{
	return w->hop_at < w->n || neigh_changes(w->neighbours) != w->hop_changes;
}
