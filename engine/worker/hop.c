// SPDX-License-Identifier: BSD-3-Clause
// Requests whose next hop is not known: not sent, not counted as requests, never the server's time-out.
//
// Such a request waits as an outstanding one that has not left (RTX_WAITS), armed at the end of its own
// time: then the other server is tried, with HL_CODE_UNRESOLVED. Whenever a neighbour answers, a walk
// over the worker's lines, some of them in each call, lets those go on whose next hop is known by then.
#include "worker/worker.h"

#define HOP_LINES 512          // looked at by one call
#define AGAIN_NS 1000000000ull // lines that gave up come back within this time, not all at once

bool worker_hop_known(const struct hl_worker *w, uint32_t i, enum request_kind kind,
		      enum hl_server server)
{
	const struct plan_endpoint *to = worker_endpoint(w, i, kind, server);
	uint8_t mac[6];

	return to && neigh_mac(&w->plan->neighbours.entries[to->neigh], mac);
}

static void note_code(struct line *l)
{
	struct hl_state s = line_state(l);

	s.code = HL_CODE_UNRESOLVED; // anybody can count the lines that wait
	line_set_state(l, &s);
}

void worker_hop_wait(struct hl_worker *w, uint32_t i, enum request_kind kind, enum hl_server server)
{
	const struct plan_endpoint *to = worker_endpoint(w, i, kind, server);
	struct line *l = &w->lines[i];

	w->hop_waits = true;
	count(&w->counters.limits[HL_LIMIT_UNRESOLVED]);
	if (to)
		neigh_waited(&w->plan->neighbours.entries[to->neigh]);
	switch (kind) {
	case KIND_REGISTER:
		l->reg_rtx = RTX_WAITS;
		l->reg_at = l->reg_end;
		note_code(l);
		break;
	case KIND_PROBE:
		l->probe_rtx = RTX_WAITS;
		l->probe_at = l->probe_end;
		break;
	case KIND_BYE:
		w->cold[i].bye_rtx = RTX_WAITS;
		w->cold[i].bye_at = w->cold[i].bye_end;
		break;
	case KIND_KEEP:
		w->streams[i].keep_rtx = RTX_WAITS;
		w->streams[i].keep_at = w->streams[i].keep_end;
		break;
	case KIND_SUBSCRIBE:
		w->streams[i].sub_rtx = RTX_WAITS;
		w->streams[i].sub_at = w->streams[i].sub_end;
		break;
	case REQUEST_KINDS:
		break;
	}
}

uint16_t worker_hop_code(const struct hl_worker *w, uint32_t i, const struct request *r,
			 uint8_t retransmissions)
{
	bool left = retransmissions != RTX_WAITS && worker_hop_known(w, i, r->kind, r->server);

	return left ? HL_CODE_TIMEOUT : HL_CODE_UNRESOLVED;
}

uint16_t worker_hop_blame(struct hl_worker *w, uint32_t i, const struct request *r,
			  uint8_t retransmissions)
{
	uint16_t code = worker_hop_code(w, i, r, retransmissions);

	if (code == HL_CODE_TIMEOUT) {
		count(&w->counters.timeouts[worker_method(r->kind)]);
		return code;
	}
	worker_let_go(w, r->kind, retransmissions);
	count(&w->counters.limits[HL_LIMIT_UNRESOLVED_LOST]);
	return code;
}

void worker_retransmitted(struct hl_worker *w, uint32_t i, const struct request *r)
{
	const struct plan_endpoint *to = worker_endpoint(w, i, r->kind, r->server);

	count(&w->counters.retransmissions[worker_method(r->kind)]);
	pace_take(w); // without waiting for a token: its time is the RFC's
	if (to)
		neigh_doubt(&w->plan->neighbours, &w->plan->neighbours.entries[to->neigh]);
}

static bool wake_registration(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];

	if (!(l->flags & LINE_REG_OUT) || l->reg_rtx != RTX_WAITS ||
	    !worker_hop_known(w, i, KIND_REGISTER, l->reg_server))
		return false;
	l->flags = (uint8_t)((l->flags & ~LINE_REG_OUT) | LINE_REG_SEND);
	return true;
}

static bool wake_probe(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	enum hl_server server = l->more & LINE_PROBE_B ? HL_SERVER_B : HL_SERVER_P;

	if (!(l->flags & LINE_PROBE_OUT) || l->probe_rtx != RTX_WAITS)
		return false;
	if (l->probe_target == PLAN_NO_TARGET)
		worker_target_probe(w, i);
	if (!worker_hop_known(w, i, KIND_PROBE, server))
		return false;
	l->flags = (uint8_t)((l->flags & ~LINE_PROBE_OUT) | LINE_PROBE_SEND);
	l->servers |= LINE_BEAT_LOST; // all that waited leave together
	return true;
}

static bool wake_bye(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	const struct line_cold *c = &w->cold[i];

	if (!(l->flags & LINE_BYE_OUT) || c->bye_rtx != RTX_WAITS ||
	    !worker_hop_known(w, i, KIND_BYE, c->bye_server))
		return false;
	l->flags = (uint8_t)((l->flags & ~LINE_BYE_OUT) | LINE_BYE_SEND);
	return true;
}

static bool wake_streams(struct hl_worker *w, uint32_t i)
{
	const struct line_streams *s = &w->streams[i];
	bool keep = s->flags & STREAM_KEEP_OUT && s->keep_rtx == RTX_WAITS &&
		    worker_hop_known(w, i, KIND_KEEP, s->server);
	bool subscribe = s->flags & STREAM_SUB_OUT && s->sub_rtx == RTX_WAITS &&
			 worker_hop_known(w, i, KIND_SUBSCRIBE, s->server);

	if (keep)
		worker_keepalive_again(w, i);
	if (subscribe)
		worker_subscribe_again(w, i);
	return keep || subscribe;
}

// What sent the line into DOWN was the want of a next hop: it need not wait out its backoff.
static bool shorten_backoff(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	struct hl_state s = line_state(l);

	if (s.state != HL_DOWN || s.code != HL_CODE_UNRESOLVED || !(l->more & LINE_REG_TIMER))
		return false;
	uint32_t at = w->now + tick_span_ns(rng_next(&w->rng) % AGAIN_NS);
	if (!tick_before(at, l->reg_at))
		return false;
	l->reg_at = at;
	return true;
}

static bool waits(const struct hl_worker *w, uint32_t i)
{
	const struct line *l = &w->lines[i];
	struct hl_state s = line_state(l);

	return (s.state == HL_DOWN && s.code == HL_CODE_UNRESOLVED) ||
	       (l->flags & LINE_REG_OUT && l->reg_rtx == RTX_WAITS) ||
	       (l->flags & LINE_PROBE_OUT && l->probe_rtx == RTX_WAITS) ||
	       (l->flags & LINE_BYE_OUT && w->cold[i].bye_rtx == RTX_WAITS) ||
	       (w->streams &&
		((w->streams[i].flags & STREAM_KEEP_OUT && w->streams[i].keep_rtx == RTX_WAITS) ||
		 (w->streams[i].flags & STREAM_SUB_OUT && w->streams[i].sub_rtx == RTX_WAITS)));
}

static void wake(struct hl_worker *w, uint32_t i)
{
	bool sends = wake_registration(w, i);

	sends |= wake_probe(w, i);
	sends |= wake_bye(w, i);
	if (w->streams)
		sends |= wake_streams(w, i);
	w->hop_waits |= waits(w, i);
	if (sends)
		worker_ready_push(w, i);
	if (shorten_backoff(w, i) || sends) {
		worker_arm_rare(w, i);
		worker_arm(w, i);
	}
}

void worker_hops_serve(struct hl_worker *w)
{
	uint32_t changes = neigh_changes(&w->plan->neighbours);

	if (changes != w->hop_changes) {
		w->hop_changes = changes;
		if (w->hop_waits || w->hop_at < w->n)
			w->hop_at = 0;
		w->hop_waits = false; // until the walk finds one
	}
	for (uint32_t k = 0; k < HOP_LINES && w->hop_at < w->n; k++)
		wake(w, w->hop_at++);
}

bool worker_hops_changed(const struct hl_worker *w)
{
	return w->hop_at < w->n || neigh_changes(&w->plan->neighbours) != w->hop_changes;
}
