// SPDX-License-Identifier: BSD-3-Clause
// One client transaction after the other (RFC 3261 17.1.2): sent, repeated, answered or given up.
//
// Each request that left comes to one end, so that the counters balance:
// requests = finals + timeouts + unreachable + abandoned + those that are outstanding.
//
// A request whose next hop is not known is not sent, not counted as one, and never the server's
// time-out. It waits (EXCHANGE_NO_HOP) until the end of its own time; hop.c lets it go on before.
#include "worker/exchange.h"

#include "base/count.h"
#include "worker/challenge.h"
#include "worker/clock.h"
#include "worker/link.h"
#include "worker/pace.h"
#include "worker/quiescent.h"
#include "worker/request.h"
#include "worker/transport.h"
#include "worker/write.h"

// RFC 3261 17.1.2.2 and its table 4.
#define T1_NS 500000000ull
#define T2_NS 4000000000ull

void exchange_let_go(struct hl_worker *w, uint32_t i, const struct request_ops *ops)
{
	if (exchange_has_left(request_exchange(w, i, ops)))
		count(&w->counters.abandoned[ops->method]);
}

uint16_t exchange_code(const struct hl_worker *w, uint32_t i, const struct request_ops *ops)
{
	const struct request r = request_describe(w, i, ops);
	bool has_lease = !worker_has_no_lease(worker_address(w, &w->lines[i]));
	bool left = !w->link_down && !exchange_waits_for_hop(request_exchange(w, i, ops)) &&
		    request_hop_known(w, i, ops, r.server);

	return left ? HL_CODE_TIMEOUT : has_lease ? HL_CODE_UNRESOLVED : HL_CODE_NO_LEASE;
}

uint16_t exchange_blame(struct hl_worker *w, uint32_t i, const struct request_ops *ops)
{
	uint16_t code = exchange_code(w, i, ops);

	if (code == HL_CODE_TIMEOUT) {
		count(&w->counters.timeouts[ops->method]);
		return code;
	}
	exchange_let_go(w, i, ops);
	count(&w->counters.limits[w->link_down               ? HL_LIMIT_LINK_DOWN
				  : code == HL_CODE_NO_LEASE ? HL_LIMIT_NO_LEASE
							     : HL_LIMIT_UNRESOLVED_LOST]);
	return code;
}

// Timer E (RFC 3261 17.1.2.2), from the time this transmission was due, not from now: lateness must not
// add up. Over a reliable transport there is none.
static void arm_next(const struct hl_worker *w, struct exchange *e)
{
	unsigned n = exchange_retransmissions(e);
	uint64_t span_ns = T2_NS;

	if (w->constants->transport->reliable) {
		e->at = e->end;
		return;
	}
	if (!exchange_is_proceeding(e) && T1_NS << n < T2_NS)
		span_ns = T1_NS << n;
	uint32_t next = e->at + tick_span_ns(span_ns);
	if (tick_before(next, w->now))
		next = w->now + tick_span_ns(span_ns);
	e->at = tick_before(next, e->end) ? next : e->end;
}

static void note_change(struct hl_worker *w, uint32_t i, const struct request_ops *ops)
{
	if (ops->is_rare)
		w->lines[i].flags |= LINE_RARE_CHANGED;
}

static void wait_for_hop(struct hl_worker *w, uint32_t i, const struct request *r)
{
	const struct plan_endpoint *to = request_endpoint(w, i, r->ops, r->server);
	const struct path *path = worker_path(w, &w->lines[i], to);
	struct exchange *e = request_exchange(w, i, r->ops);

	e->state = EXCHANGE_NO_HOP;
	e->at = e->end;
	if (w->link_down) {
		count(&w->counters.limits[HL_LIMIT_LINK_DOWN]);
		return;
	}
	w->hop_waits = true;
	if (r->ops->no_hop)
		r->ops->no_hop(w, i);
	if (worker_has_no_lease(worker_address(w, &w->lines[i]))) {
		count(&w->counters.limits[HL_LIMIT_NO_LEASE]);
		return;
	}
	count(&w->counters.limits[HL_LIMIT_UNRESOLVED]);
	if (path)
		neigh_waited(&w->neighbours->entries[path->next_hop]);
}

static uint64_t time_ns(const struct hl_worker *w, uint32_t i, const struct request_ops *ops)
{
	uint64_t ns;

	memcpy(&ns, (const char *)worker_profile(w, &w->lines[i]) + ops->timeout, sizeof(ns));
	return ns;
}

// nc counts new requests, not retransmissions (RFC 7616 3.4).
static enum write_result write_new(struct hl_worker *w, uint32_t i, const struct request *r)
{
	if (!r->with_auth)
		return write_request(w, i, r);
	challenge_count_nonce(w, i, r->server, 1);
	enum write_result written = write_request(w, i, r);
	if (written != WRITE_DONE)
		challenge_count_nonce(w, i, r->server, -1);
	return written;
}

enum write_result exchange_send(struct hl_worker *w, uint32_t i, const struct request_ops *ops)
{
	struct line *l = &w->lines[i];
	struct exchange *e = request_exchange(w, i, ops);

	if (ops->prepare)
		ops->prepare(w, i);
	struct request r = { .ops = ops, .number = l->cseq + 1 };
	ops->describe(w, i, &r);
	enum write_result written = w->link_down ? WRITE_NO_HOP : write_new(w, i, &r);
	if (written == WRITE_NO_ROOM)
		return written;
	if (ops->leaves)
		ops->leaves(w, i, written == WRITE_DONE);
	l->cseq = r.number;
	*e = (struct exchange){
		.number = r.number,
		.state = EXCHANGE_TRYING,
		.at = w->now,
		.end = w->now + tick_span_ns(time_ns(w, i, ops)),
		.sent = clock_stamp(w),
	};
	arm_next(w, e);
	if (written == WRITE_DONE)
		count(&w->counters.requests[ops->method]);
	else
		wait_for_hop(w, i, &r);
	note_change(w, i, ops);
	return written;
}

// It was not answered at once, and has left again.
static void retransmitted(struct hl_worker *w, uint32_t i, const struct request *r)
{
	const struct plan_endpoint *to = request_endpoint(w, i, r->ops, r->server);

	count(&w->counters.retransmissions[r->ops->method]);
	pace_take(w); // without waiting for a token: its time is the RFC's
	const struct path *path = worker_path(w, &w->lines[i], to);
	if (path)
		w->constants->transport->lost(w, path);
}

static void retransmit(struct hl_worker *w, uint32_t i, const struct request_ops *ops)
{
	const struct request r = request_describe(w, i, ops);
	struct exchange *e = request_exchange(w, i, ops);
	bool is_new = quiescent_text_is_new(w, &w->lines[i], e->sent);
	enum write_result written = is_new ? WRITE_NO_HOP : write_request(w, i, &r);

	if (written == WRITE_NO_ROOM) {
		e->at = w->now + 1;
		return;
	}
	if (written == WRITE_DONE)
		retransmitted(w, i, &r);
	exchange_count_retransmission(e);
	arm_next(w, e);
}

// True: what is due is no server's fault, and nothing comes of it.
static bool is_of_dead_link(struct hl_worker *w, uint32_t i, const struct request_ops *ops)
{
	enum link_effect effect = link_look(w, i, ops);

	if (effect == LINK_ASKS_ANEW) {
		exchange_let_go(w, i, ops);
		exchange_ask(request_exchange(w, i, ops));
		if (ops->is_rare)
			w->lines[i].flags |= LINE_RARE_SEND;
	}
	return effect != LINK_NO_EFFECT;
}

void exchange_serve(struct hl_worker *w, uint32_t i, const struct request_ops *ops)
{
	const struct exchange *e = request_exchange(w, i, ops);

	ops = request_ops_of(w, i, ops);
	if (link_was_ever_down(w) && is_of_dead_link(w, i, ops)) {
		note_change(w, i, ops);
		return;
	}
	if (!tick_before(w->now, e->end))
		ops->lost(w, i, exchange_blame(w, i, ops));
	else if (!ops->is_replaced || !ops->is_replaced(w, i))
		retransmit(w, i, ops);
	note_change(w, i, ops);
}

// First transmissions are kept apart: who has sent twice does not know which one was answered.
static void note_round_trip(struct hl_worker *w, const struct exchange *e)
{
	uint32_t span = clock_stamp(w) - e->sent;

	hist_add(exchange_retransmissions(e) ? &w->counters.rtt_retransmitted
					     : &w->counters.rtt_first,
		 ((uint64_t)span << STAMP_SHIFT) / 1000);
}

void exchange_reply(struct hl_worker *w, uint32_t i, struct exchange *e,
		    const struct request_ops *ops, const struct sip_reply *reply)
{
	if (reply->status < 200) {
		exchange_proceed(e);
		return;
	}
	if (ops->is_timed)
		note_round_trip(w, e);
	count(&w->counters.finals[ops->method]);
	exchange_end(e);
	ops->answered(w, i, reply);
	note_change(w, i, ops);
}
