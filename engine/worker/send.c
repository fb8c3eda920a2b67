// SPDX-License-Identifier: BSD-3-Clause
// First transmissions: what a line wants to send, as soon as there is room and a token.
#include "worker/worker.h"

#define BEAT_LOST_NS 50000000u // so late a probe has left its place among those of other lines

static enum write_result send_register(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	bool with_auth = l->more & LINE_REG_AUTH;
	const struct request r = { KIND_REGISTER, l->reg_server, l->cseq + 1, with_auth };

	// nc counts new requests, not retransmissions (RFC 7616 3.4)
	worker_count_nonce(w, i, l->reg_server, with_auth);
	enum write_result written = worker_write(w, i, &r);
	if (written != WRITE_DONE)
		worker_count_nonce(w, i, l->reg_server, -with_auth);
	if (written == WRITE_NO_ROOM)
		return written;
	l->reg_cseq = ++l->cseq;
	l->reg_sent = worker_stamp(w);
	l->reg_rtx = 0;
	l->reg_end = w->now + tick_span_ns(worker_profile(w, l)->register_timeout_ns);
	l->reg_at = worker_timer_e(w, w->now, 0, false, l->reg_end);
	l->flags = (uint8_t)((l->flags & ~LINE_REG_SEND) | LINE_REG_OUT);
	if (written == WRITE_DONE)
		count(&w->counters.requests[HL_REGISTER]);
	else
		worker_hop_wait(w, i, r.kind, r.server);
	return written;
}

static enum write_result send_bye(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	struct line_cold *c = &w->cold[i];
	bool with_auth = c->flags & COLD_BYE_AUTH;
	const struct request r = { KIND_BYE, c->bye_server, l->cseq + 1, with_auth };

	worker_count_nonce(w, i, c->bye_server, with_auth);
	enum write_result written = worker_write(w, i, &r);
	if (written != WRITE_DONE)
		worker_count_nonce(w, i, c->bye_server, -with_auth);
	if (written == WRITE_NO_ROOM)
		return written;
	c->bye_cseq = ++l->cseq;
	c->bye_rtx = 0;
	c->bye_end = w->now + tick_span_ns(worker_profile(w, l)->register_timeout_ns);
	c->bye_at = worker_timer_e(w, w->now, 0, false, c->bye_end);
	l->flags = (uint8_t)((l->flags & ~LINE_BYE_SEND) | LINE_BYE_OUT);
	if (written == WRITE_DONE)
		count(&w->counters.requests[HL_REGISTER]);
	else
		worker_hop_wait(w, i, r.kind, r.server);
	worker_arm_rare(w, i);
	return written;
}

static void left_late(struct hl_worker *w, struct line *l)
{
	l->servers |= LINE_BEAT_LOST;
	count(&w->counters.limits[HL_LIMIT_DELAYED]);
}

static enum write_result send_probe(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	enum hl_server server = l->more & LINE_PROBE_B ? HL_SERVER_B : HL_SERVER_P;
	const struct request r = { KIND_PROBE, server, l->cseq + 1, false };

	enum write_result written = worker_write(w, i, &r);
	if (written == WRITE_NO_ROOM)
		return written;
	if (tick_before(l->probe_at + tick_span_ns(BEAT_LOST_NS), w->now))
		left_late(w, l);
	l->probe_cseq = ++l->cseq;
	l->probe_sent = worker_stamp(w);
	l->probe_rtx = 0;
	l->probe_end = w->now + tick_span_ns(worker_profile(w, l)->options_timeout_ns);
	l->probe_at = worker_timer_e(w, w->now, 0, false, l->probe_end);
	l->flags = (uint8_t)((l->flags & ~LINE_PROBE_SEND) | LINE_PROBE_OUT);
	if (written == WRITE_DONE)
		count(&w->counters.requests[HL_OPTIONS]);
	else
		worker_hop_wait(w, i, r.kind, r.server);
	return written;
}

// False: the line waits in the ready ring. What waits for its next hop does not, and takes no token.
static bool send_first(struct hl_worker *w, uint32_t i,
		       enum write_result (*send)(struct hl_worker *, uint32_t))
{
	if (!pace_allows(w)) {
		count(&w->counters.limits[HL_LIMIT_RATE_LIMITED]);
		worker_ready_push(w, i);
		return false;
	}
	switch (send(w, i)) {
	case WRITE_DONE:
		pace_take(w);
		break;
	case WRITE_NO_HOP:
		break;
	case WRITE_NO_ROOM:
		count(&w->counters.limits[HL_LIMIT_BURST_FULL]);
		worker_ready_push(w, i);
		return false;
	}
	return true;
}

static void flush_streams(struct hl_worker *w, uint32_t i)
{
	const struct line_streams *s = &w->streams[i];

	if (s->flags & STREAM_KEEP_SEND && !send_first(w, i, worker_keepalive_send))
		return;
	// the end of what it waits for comes by here
	if (s->flags & STREAM_SUB_SEND &&
	    (worker_subscribe_waits(w, i) || !send_first(w, i, worker_subscribe_send)))
		return;
	w->lines[i].more &= (uint8_t)~LINE_STREAM_SEND;
}

// An unregister of a contact that an earlier run left signs with the nonce of the registration there, of
// which each request counts on: it waits for the end of a REGISTER that is under way, which comes by here.
static bool bye_waits(const struct hl_worker *w, uint32_t i)
{
	const struct line *l = &w->lines[i];

	return l->flags & (LINE_REG_OUT | LINE_REG_SEND) && l->reg_server == w->cold[i].bye_server;
}

// The registration first: it is what the line lives on.
void worker_flush(struct hl_worker *w, uint32_t i)
{
	static const struct {
		enum line_flag flag;
		enum write_result (*send)(struct hl_worker *w, uint32_t i);
	} sends[] = {
		{ LINE_REG_SEND, send_register },
		{ LINE_PROBE_SEND, send_probe },
		{ LINE_BYE_SEND, send_bye },
	};

	bool waits = false;

	for (unsigned k = 0; k < sizeof(sends) / sizeof(sends[0]) && !waits; k++) {
		if (!(w->lines[i].flags & sends[k].flag) ||
		    (sends[k].flag == LINE_BYE_SEND && bye_waits(w, i)))
			continue;
		waits = !send_first(w, i, sends[k].send);
	}
	if (w->lines[i].more & LINE_STREAM_SEND && !waits)
		flush_streams(w, i);
	worker_arm(w, i);
}
