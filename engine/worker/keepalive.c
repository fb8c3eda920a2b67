// SPDX-License-Identifier: BSD-3-Clause
// What a line sends to its active server to keep it reachable: OPTIONS and CRLFCRLF; and the start
// and stop of all its streams when the active server changes (FAILOVER.md section 1).
//
// OPTIONS to P are probes of P, whatever asked for them, and leave in the hot line's probe stream.
// What is here is the keepalive of B, beside which P may be probed.
#include "worker/worker.h"

static bool is_due(const struct hl_worker *w, uint32_t at)
{
	return !tick_before(w->now, at);
}

static uint32_t phase(struct hl_worker *w, uint32_t i, uint64_t interval_ns)
{
	return w->now + tick_span_ns(worker_phase_ns(w, i, interval_ns));
}

uint64_t worker_probe_interval_ns(const struct hl_worker *w, const struct line *l)
{
	const struct plan_profile *p = worker_profile(w, l);
	uint64_t interval_ns = p->detect_interval_ns;

	if (p->keepalive_interval_ns && line_state(l).state == HL_ON_P &&
	    (interval_ns == 0 || p->keepalive_interval_ns < interval_ns))
		interval_ns = p->keepalive_interval_ns;
	return interval_ns;
}

// On P keepalive and probe have one target: one stream, at the shorter interval.
static void start_probes(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	uint32_t at = phase(w, i, worker_probe_interval_ns(w, l));

	if (!(l->flags & (LINE_PROBE_OUT | LINE_PROBE_SEND)) && // else the next one follows from it
	    (!(l->flags & LINE_PROBING) || tick_before(at, l->probe_at)))
		l->probe_at = at;
	l->flags |= LINE_PROBING;
}

static void start(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	struct line *l = &w->lines[i];
	struct line_streams *s = &w->streams[i];
	const struct plan_profile *p = worker_profile(w, l);

	s->flags = STREAM_ON;
	s->server = server;
	if (p->keepalive_interval_ns && server == HL_SERVER_P) {
		start_probes(w, i);
	} else if (p->keepalive_interval_ns) {
		s->flags |= STREAM_KEEP;
		s->keep_fails = 0;
		s->keep_at = phase(w, i, p->keepalive_interval_ns);
	}
	if (p->nat_keepalive_interval_ns) {
		s->flags |= STREAM_NAT;
		s->nat_at = phase(w, i, p->nat_keepalive_interval_ns);
	}
	if (p->subscribe_s)
		worker_subscribe(w, i);
}

// What is unanswered is forgotten; a subscription that is left lapses.
static void stop(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	struct line_streams *s = &w->streams[i];
	const struct plan_profile *p = worker_profile(w, l);

	if (s->server == HL_SERVER_P && p->keepalive_interval_ns && p->detect_interval_ns == 0) {
		worker_probe_let_go(w, i);
		l->flags &= (uint8_t)~LINE_PROBING;
		l->more &= (uint8_t)~LINE_PROBE_PROVISIONAL;
	}
	if (s->flags & STREAM_KEEP_OUT)
		worker_let_go(w, KIND_KEEP, s->keep_rtx);
	if (s->flags & STREAM_SUB_OUT)
		worker_let_go(w, KIND_SUBSCRIBE, s->sub_rtx);
	l->more &= (uint8_t)~LINE_STREAM_SEND;
	s->flags = 0;
}

// Where the line is registered, in the states in which its streams run.
static enum hl_server registered_at(const struct line *l)
{
	switch (line_state(l).state) {
	case HL_ON_P:
		return HL_SERVER_P;
	case HL_ON_B:
	case HL_HOLD_B:
	case HL_SW_P:
		return HL_SERVER_B;
	default:
		return HL_SERVER_NONE;
	}
}

void worker_streams(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];
	enum hl_server was = s->flags & STREAM_ON ? s->server : HL_SERVER_NONE;
	enum hl_server server = registered_at(&w->lines[i]);

	if (server == was)
		return;
	if (was != HL_SERVER_NONE)
		stop(w, i);
	if (server != HL_SERVER_NONE)
		start(w, i, server);
	worker_arm_rare(w, i);
}

static void earlier(uint32_t at, uint32_t *first, bool *armed)
{
	if (!*armed || tick_before(at, *first))
		*first = at;
	*armed = true;
}

bool worker_streams_deadline(const struct hl_worker *w, uint32_t i, uint32_t *at)
{
	const struct line_streams *s = &w->streams[i];
	bool armed = false;

	if (s->flags & STREAM_KEEP && !(s->flags & STREAM_KEEP_SEND))
		earlier(s->keep_at, at, &armed);
	if (s->flags & STREAM_NAT)
		earlier(s->nat_at, at, &armed);
	if (s->flags & (STREAM_SUB | STREAM_SUB_OUT))
		earlier(s->sub_at, at, &armed);
	return armed;
}

// It keeps its beat, as a probe does: the next one follows from when the last one was due.
static void keep_ended(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);

	s->flags &= (uint16_t) ~(STREAM_KEEP_OUT | STREAM_KEEP_PROVISIONAL);
	s->keep_at = s->keep_end - tick_span_ns(p->options_timeout_ns) +
		     tick_span_ns(p->keepalive_interval_ns);
	if (tick_before(s->keep_at, w->now))
		s->keep_at = w->now;
}

// B may be dead: a REGISTER decides, at once. When P is tried first and fails (there is no probe of
// it), the REGISTER at B follows, since its refresh is due by now.
static void refresh_at_b(struct hl_worker *w, uint32_t i, uint16_t code)
{
	const struct line *l = &w->lines[i];
	uint8_t state = line_state(l).state;

	if ((state != HL_ON_B && state != HL_HOLD_B) || l->flags & (LINE_REG_OUT | LINE_REG_SEND))
		return; // one is on its way
	w->cold[i].refresh_at = w->now;
	worker_step(w, i, FO_REFRESH, code);
}

void worker_keepalive_lost(struct hl_worker *w, uint32_t i, uint16_t code)
{
	struct line_streams *s = &w->streams[i];

	keep_ended(w, i);
	if (++s->keep_fails >= worker_profile(w, &w->lines[i])->policy.fail_max) {
		s->keep_fails = 0;
		refresh_at_b(w, i, code);
	}
	worker_arm_rare(w, i);
}

void worker_keepalive_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line_streams *s = &w->streams[i];

	if (reply->status < 200) {
		s->flags |= STREAM_KEEP_PROVISIONAL;
		return;
	}
	count(&w->counters.finals[HL_OPTIONS]);
	if (hl_codes_hold(&worker_profile(w, &w->lines[i])->down_codes, reply->status)) {
		worker_keepalive_lost(w, i, reply->status);
		return;
	}
	s->keep_fails = 0;
	keep_ended(w, i);
	worker_arm_rare(w, i);
}

enum write_result worker_keepalive_send(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	struct line_streams *s = &w->streams[i];
	const struct request r = { KIND_KEEP, s->server, l->cseq + 1, false };

	worker_target_bye(w, i, s->server);
	s->keep_target = l->target[s->server];
	enum write_result written = worker_write(w, i, &r);
	if (written == WRITE_NO_ROOM)
		return written;
	s->keep_cseq = ++l->cseq;
	s->keep_rtx = 0;
	s->keep_end = w->now + tick_span_ns(worker_profile(w, l)->options_timeout_ns);
	s->keep_at = worker_timer_e(w, w->now, 0, false, s->keep_end);
	s->flags = (uint16_t)((s->flags & ~STREAM_KEEP_SEND) | STREAM_KEEP_OUT);
	if (written == WRITE_DONE)
		count(&w->counters.requests[HL_OPTIONS]);
	else
		worker_hop_wait(w, i, r.kind, r.server);
	worker_arm_rare(w, i);
	return written;
}

void worker_keepalive_again(struct hl_worker *w, uint32_t i)
{
	w->streams[i].flags &= (uint16_t)~STREAM_KEEP_OUT;
	w->streams[i].flags |= STREAM_KEEP_SEND;
	w->lines[i].more |= LINE_STREAM_SEND;
}

static void keep_due(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];
	const struct request r = { KIND_KEEP, s->server, s->keep_cseq, false };

	if (!(s->flags & STREAM_KEEP_OUT)) {
		s->flags |= STREAM_KEEP_SEND;
		w->lines[i].more |= LINE_STREAM_SEND;
		return;
	}
	if (is_due(w, s->keep_end)) {
		worker_keepalive_lost(w, i, worker_hop_blame(w, i, &r, s->keep_rtx));
		return;
	}
	enum write_result written = worker_write(w, i, &r);
	if (written == WRITE_NO_ROOM) {
		s->keep_at = w->now + 1;
		return;
	}
	if (written == WRITE_DONE)
		worker_retransmitted(w, i, &r);
	s->keep_rtx = rtx_next(s->keep_rtx);
	s->keep_at = worker_timer_e(w, s->keep_at, s->keep_rtx, s->flags & STREAM_KEEP_PROVISIONAL,
				    s->keep_end);
}

// RFC 5626 4.4.1, over UDP: nobody has to answer, what keeps a NAT open is the datagram. It is no
// request, so it takes no token.
static void nat_due(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];
	struct hl_packet *pkt = worker_buffer(w);
	static const char ping[] = "\r\n\r\n";

	if (!pkt) {
		s->nat_at = w->now + 1;
		return;
	}
	memcpy(pkt->data + FRAME_UDP_AT, ping, sizeof(ping) - 1);
	if (worker_send_frame(w, i, worker_endpoint(w, i, KIND_REGISTER, s->server), pkt,
			      sizeof(ping) - 1))
		count(&w->counters.nat_keepalives);
	else // nobody waits for it
		count(&w->counters.limits[HL_LIMIT_UNRESOLVED]);
	s->nat_at += tick_span_ns(worker_profile(w, &w->lines[i])->nat_keepalive_interval_ns);
	if (tick_before(s->nat_at, w->now))
		s->nat_at = w->now + 1;
}

void worker_streams_due(struct hl_worker *w, uint32_t i)
{
	const struct line_streams *s = &w->streams[i];

	if (s->flags & STREAM_NAT && is_due(w, s->nat_at))
		nat_due(w, i);
	if (s->flags & STREAM_KEEP && !(s->flags & STREAM_KEEP_SEND) && is_due(w, s->keep_at))
		keep_due(w, i);
	if (s->flags & (STREAM_SUB | STREAM_SUB_OUT) && is_due(w, s->sub_at))
		worker_subscribe_due(w, i);
	worker_arm_rare(w, i);
}
