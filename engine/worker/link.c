// SPDX-License-Identifier: BSD-3-Clause
// Requests that meet a dead link: they wait for it, and are asked anew when it is up again.
#include "worker/link.h"

#include "worker/clock.h"

#define LOOK_NS 500000000ull // a request that waits looks after this time, and up to as much again
#define LONGEST_NS 700000000000ull // more than any time-out, less than stamps take to come round

void link_set(struct hl_worker *w, bool is_up)
{
	if (w->link_down && is_up) {
		w->link_up_ns = w->now_ns;
		w->hop_at = 0; // hop.c wakes what waits
	}
	w->link_down = !is_up;
}

// It left, or was to leave, before the link was up again: an answer may have been lost with it.
static bool met_dead_link(const struct hl_worker *w, const struct exchange *e)
{
	return w->now_ns - w->link_up_ns < LONGEST_NS &&
	       (int32_t)(e->sent - (uint32_t)(w->link_up_ns >> STAMP_SHIFT)) < 0;
}

// Spread, so that a million lines neither look nor leave at once.
static void put_off(struct hl_worker *w, struct exchange *e)
{
	e->at = e->end = w->now + tick_span_ns(LOOK_NS + rng_next(&w->rng) % LOOK_NS);
}

enum link_effect link_look(struct hl_worker *w, uint32_t i, const struct request_ops *ops)
{
	struct exchange *e = request_exchange(w, i, ops);

	if (ops->kind == KIND_UNREGISTER) // best effort, and a line that leaves must come to an end
		return LINK_NO_EFFECT;
	if (w->link_down) {
		put_off(w, e);
		return LINK_PUTS_OFF;
	}
	if (tick_before(w->now, e->end) || !met_dead_link(w, e))
		return LINK_NO_EFFECT;
	return LINK_ASKS_ANEW;
}
