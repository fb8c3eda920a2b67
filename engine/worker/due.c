// SPDX-License-Identifier: BSD-3-Clause
// What a line's timers ask for: retransmit, give up, refresh, probe, end of a hold.
#include "worker/due.h"

#include "base/count.h"
#include "line/branch.h"
#include "worker/arm.h"
#include "worker/driver.h"
#include "worker/exchange.h"
#include "worker/flush.h"
#include "worker/keepalive.h"
#include "worker/registration.h"
#include "worker/slot.h"
#include "worker/unregister.h"

#define HOLD_LOOK_NS \
	1000000000ull // how often an end that is put off looks for that of a pause or a dead link

static void note_lateness(struct hl_worker *w, const struct line *l)
{
	uint32_t at;

	if (!arm_deadline(l, &at) || tick_before(w->now, at))
		return;
	uint64_t late_ns = (uint64_t)(w->now - at) << TICK_SHIFT;
	hist_add(&w->counters.lateness, late_ns / 1000);
	if (late_ns > 1000000)
		count(&w->counters.limits[HL_LIMIT_LATE]);
}

static void serve(struct hl_worker *w, uint32_t i, const struct exchange *e,
		  const struct request_ops *ops)
{
	if (!exchange_is_due(w, e))
		return;
	if (exchange_on_timer(e))
		ops->timer(w, i);
	else
		exchange_serve(w, i, ops);
	driver_run(w, i);
}

// The return delay is over, or a return has taken all of its time; or a line that was removed was
// waited for.
static void hold_due(struct hl_worker *w, uint32_t i)
{
	struct line_cold *c = &w->cold[i];
	struct hl_state s = line_state(&w->lines[i]);
	bool returning = s.state == HL_SW_P;

	if (!(c->flags & COLD_HOLD) || tick_before(w->now, c->hold_at))
		return;
	if ((w->paused && !returning) || (w->link_down && returning)) { // none begins, or fails
		c->hold_at = w->now + tick_span_ns(HOLD_LOOK_NS);
		return;
	}
	c->flags &= (uint8_t)~COLD_HOLD;
	if (s.slot == HL_SLOT_REMOVED) {
		uint8_t servers = slot_due(w, i);

		if (servers)
			unregister_begin(w, i, servers);
		return;
	}
	driver_event(w, i, FO_TIMER, returning ? registration_return_over(w, i) : HL_CODE_NONE);
}

static void rare_due(struct hl_worker *w, uint32_t i)
{
	w->lines[i].flags |= LINE_RARE_CHANGED;
	if (w->streams)
		nat_keepalive_due(w, i);
	for (uint32_t k = 0; k < w->n_rare; k++)
		serve(w, i, request_exchange(w, i, w->rare[k]), w->rare[k]);
	hold_due(w, i);
}

void line_due(struct hl_worker *w, uint32_t i)
{
	const struct line *l = &w->lines[i];

	note_lateness(w, l);
	serve(w, i, &l->registration, &registration_ops);
	serve(w, i, &l->probe, &probe_ops);
	if (l->flags & LINE_RARE && !tick_before(w->now, l->rare_at))
		rare_due(w, i);
	line_flush(w, i);
}
