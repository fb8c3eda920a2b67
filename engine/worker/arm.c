// SPDX-License-Identifier: BSD-3-Clause
// One wheel entry a line, at its earliest deadline; and the ring of lines that wait to send.
#include "worker/worker.h"

bool worker_deadline(const struct line *l, uint32_t *at)
{
	bool armed = false;

	if (l->flags & LINE_REG_OUT || l->more & LINE_REG_TIMER) {
		*at = l->reg_at;
		armed = true;
	}
	if (l->flags & (LINE_PROBE_OUT | LINE_PROBING) && !(l->flags & LINE_PROBE_SEND)) {
		if (!armed || tick_before(l->probe_at, *at))
			*at = l->probe_at;
		armed = true;
	}
	if (l->more & LINE_RARE) {
		if (!armed || tick_before(l->rare_at, *at))
			*at = l->rare_at;
		armed = true;
	}
	return armed;
}

void worker_arm(struct hl_worker *w, uint32_t i)
{
	uint32_t at;

	if (worker_deadline(&w->lines[i], &at))
		wheel_arm(w->wheel, i, at);
	else
		wheel_disarm(w->wheel, i);
}

// A line stands in the ring at most once (LINE_READY), so the ring is never full.
void worker_ready_push(struct hl_worker *w, uint32_t i)
{
	if (w->lines[i].flags & LINE_READY)
		return;
	w->lines[i].flags |= LINE_READY;
	w->ready[w->ready_head++ & w->ready_mask] = i;
}

uint32_t worker_ready_count(const struct hl_worker *w)
{
	return w->ready_head - w->ready_tail;
}

void worker_arm_rare(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	const struct line_cold *c = &w->cold[i];
	uint32_t at;

	l->more &= (uint8_t)~LINE_RARE;
	if (c->flags & COLD_HOLD) {
		l->rare_at = c->hold_at;
		l->more |= LINE_RARE;
	}
	if (l->flags & LINE_BYE_OUT &&
	    (!(l->more & LINE_RARE) || tick_before(c->bye_at, l->rare_at))) {
		l->rare_at = c->bye_at;
		l->more |= LINE_RARE;
	}
	if (w->streams && worker_streams_deadline(w, i, &at) &&
	    (!(l->more & LINE_RARE) || tick_before(at, l->rare_at))) {
		l->rare_at = at;
		l->more |= LINE_RARE;
	}
}

// From the time the nth transmission was due, not from now: lateness must not add up.
uint32_t worker_timer_e(const struct hl_worker *w, uint32_t at, uint8_t n, bool provisional,
			uint32_t end)
{
	uint64_t span_ns = T2_NS;

	if (!provisional && n < 4 && T1_NS << n < T2_NS)
		span_ns = T1_NS << n;
	uint32_t next = at + tick_span_ns(span_ns);
	if (tick_before(next, w->now))
		next = w->now + tick_span_ns(span_ns);
	return tick_before(next, end) ? next : end;
}
