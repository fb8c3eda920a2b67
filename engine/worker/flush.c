// SPDX-License-Identifier: BSD-3-Clause
// First transmissions: what a line wants to send, as soon as there is room and a token.
#include "worker/flush.h"

#include "worker/transport.h"
#include "base/count.h"
#include "line/branch.h"
#include "worker/arm.h"
#include "worker/exchange.h"
#include "worker/kinds.h"
#include "worker/pace.h"
#include "worker/request.h"

// False: the line waits in the ready ring. What waits for its next hop does not, and takes no token.
static bool send_first(struct hl_worker *w, uint32_t i, const struct request_ops *ops)
{
	if (!pace_allows(w)) {
		count(&w->counters.limits[HL_LIMIT_RATE_LIMITED]);
		ready_push(w, i);
		return false;
	}
	switch (exchange_send(w, i, ops)) {
	case WRITE_DONE:
		pace_take(w);
		break;
	case WRITE_NO_HOP:
		break;
	case WRITE_NO_ROOM:
		count(&w->counters.limits[HL_LIMIT_BURST_FULL]);
		ready_push(w, i);
		return false;
	}
	return true;
}

static void flush_rare(struct hl_worker *w, uint32_t i)
{
	bool waiting = false;

	for (uint32_t k = 0; k < w->n_rare; k++) {
		const struct request_ops *ops = w->rare[k];
		const struct exchange *e = request_exchange(w, i, ops);

		if (!exchange_to_send(e))
			continue;
		if (ops->must_wait && ops->must_wait(w, i))
			waiting = true;
		else if (!send_first(w, i, ops))
			return;
	}
	if (!waiting)
		w->lines[i].flags &= (uint8_t)~LINE_RARE_SEND;
}

void line_flush(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	bool room = true;

	if (exchange_to_send(&l->registration))
		room = send_first(w, i, request_kinds[KIND_REGISTER]);
	if (room && exchange_to_send(&l->probe))
		room = send_first(w, i, request_ops_of(w, i, &probe_ops));
	if (room && l->flags & LINE_RARE_SEND)
		flush_rare(w, i);
	line_arm(w, i);
}
