// SPDX-License-Identifier: BSD-3-Clause
// The wheel entry of a line, at the earliest of its deadlines; the ring of lines that wait to send.
#include "worker/arm.h"

#include "line/branch.h"
#include "line/streams.h"
#include "timer/wheel.h"
#include "worker/request.h"

// Deadlines, of which the earliest counts.
struct earliest {
	uint32_t at;
	bool any;
};

static void add(struct earliest *earliest, uint32_t at)
{
	if (!earliest->any || tick_before(at, earliest->at))
		earliest->at = at;
	earliest->any = true;
}

bool arm_deadline(const struct line *l, uint32_t *at)
{
	struct earliest earliest = { 0 };

	if (exchange_is_armed(&l->registration))
		add(&earliest, l->registration.at);
	if (exchange_is_armed(&l->probe))
		add(&earliest, l->probe.at);
	if (l->flags & LINE_RARE)
		add(&earliest, l->rare_at);
	*at = earliest.at;
	return earliest.any;
}

static void find_rare(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	const struct line_cold *c = &w->cold[i];
	struct earliest earliest = { 0 };

	if (c->flags & COLD_HOLD)
		add(&earliest, c->hold_at);
	if (w->streams && w->streams[i].flags & STREAM_NAT)
		add(&earliest, w->streams[i].nat_at);
	for (uint32_t k = 0; k < w->n_rare; k++) {
		const struct request_ops *ops = w->rare[k];
		const struct exchange *e = request_exchange(w, i, ops);

		if (exchange_is_armed(e))
			add(&earliest, e->at);
	}
	l->rare_at = earliest.at;
	l->flags &= (uint8_t) ~(LINE_RARE | LINE_RARE_CHANGED);
	l->flags |= earliest.any ? LINE_RARE : 0;
}

void line_arm(struct hl_worker *w, uint32_t i)
{
	uint32_t at;

	if (w->lines[i].flags & LINE_RARE_CHANGED)
		find_rare(w, i);
	if (arm_deadline(&w->lines[i], &at))
		wheel_arm(w->wheel, i, at);
	else
		wheel_disarm(w->wheel, i);
}

// A line stands in the ring at most once (LINE_READY), so the ring is never full.
void ready_push(struct hl_worker *w, uint32_t i)
{
	if (w->lines[i].flags & LINE_READY)
		return;
	w->lines[i].flags |= LINE_READY;
	w->ready[w->ready_head++ & w->ready_mask] = i;
}

uint32_t ready_count(const struct hl_worker *w)
{
	return w->ready_head - w->ready_tail;
}
