// SPDX-License-Identifier: BSD-3-Clause
// The subscription to a line's own registration (RFC 3680, RFC 6665): asked for, refreshed at half
// of the grant, begun again when the server has lost it. It never moves the line.
//
// It signs with the nonce of the REGISTER at that server, of which each request counts on: so it
// waits for a REGISTER (or unregister) that is under way, and begins again when one overtakes it.
#include "worker/worker.h"

#define SUB_REQUEST \
	(STREAM_SUB_OUT | STREAM_SUB_SEND | STREAM_SUB_PROVISIONAL | STREAM_SUB_AUTH | \
	 STREAM_SUB_BARE)

bool worker_subscribe_waits(const struct hl_worker *w, uint32_t i)
{
	const struct line *l = &w->lines[i];
	uint8_t server = w->streams[i].server;

	return (l->flags & (LINE_REG_OUT | LINE_REG_SEND) && l->reg_server == server) ||
	       (l->flags & (LINE_BYE_OUT | LINE_BYE_SEND) && w->cold[i].bye_server == server);
}

uint32_t worker_subscribe_expires_s(const struct hl_worker *w, uint32_t i)
{
	uint32_t asked = w->streams[i].sub_expires_s;

	return asked ? asked : worker_profile(w, &w->lines[i])->subscribe_s;
}

// The one that is out, if any, unanswered so far.
static void let_go(struct hl_worker *w, const struct line_streams *s)
{
	if (s->flags & STREAM_SUB_OUT)
		worker_let_go(w, KIND_SUBSCRIBE, s->sub_rtx);
}

// A new request, with the credentials known or without.
static void ask(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];

	let_go(w, s);
	s->flags &= (uint16_t) ~(STREAM_SUB | SUB_REQUEST);
	s->flags |= STREAM_SUB_SEND;
	w->lines[i].more |= LINE_STREAM_SEND;
}

// A subscription of its own Call-ID and tag: nothing of the last one is taken for it.
static void begin(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];

	s->sub_number++;
	s->sub_nonces = 0;
	s->flags &= (uint16_t) ~(STREAM_SUB_DIALOG | STREAM_NOTIFIED);
	worker_dialog_clear(w, i);
	ask(w, i);
}

void worker_subscribe(struct hl_worker *w, uint32_t i)
{
	w->streams[i].sub_waits = 0;
	w->streams[i].sub_expires_s = 0;
	begin(w, i);
}

void worker_subscribe_later(struct hl_worker *w, uint32_t i, uint32_t after_s)
{
	struct line_streams *s = &w->streams[i];
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);
	uint64_t wait_ns = worker_backoff_ns(w, p, &s->sub_waits);
	uint64_t after_ns = worker_retry_after_ns(w, i, after_s);

	if (wait_ns < after_ns)
		wait_ns = after_ns;
	let_go(w, s);
	s->flags &= (uint16_t)~SUB_REQUEST;
	s->flags |= STREAM_SUB;
	s->sub_at = w->now + tick_span_ns(wait_ns);
	worker_arm_rare(w, i);
}

enum write_result worker_subscribe_send(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	struct line_streams *s = &w->streams[i];

	worker_target_bye(w, i, s->server);
	bool with_auth = !(s->flags & STREAM_SUB_BARE) && worker_has_nonce(w, i, s->server);
	const struct request r = { KIND_SUBSCRIBE, s->server, l->cseq + 1, with_auth };
	s->sub_target = l->target[s->server];
	worker_count_nonce(w, i, s->server, with_auth);
	enum write_result written = worker_write(w, i, &r);
	if (written != WRITE_DONE)
		worker_count_nonce(w, i, s->server, -with_auth);
	if (written == WRITE_NO_ROOM)
		return written;
	s->sub_cseq = ++l->cseq;
	s->sub_rtx = 0;
	s->sub_end = w->now + tick_span_ns(worker_profile(w, l)->register_timeout_ns);
	s->sub_at = worker_timer_e(w, w->now, 0, false, s->sub_end);
	s->flags &= (uint16_t)~STREAM_SUB_SEND;
	s->flags |= (uint16_t)(STREAM_SUB_OUT | (with_auth ? STREAM_SUB_AUTH : 0));
	if (written == WRITE_DONE)
		count(&w->counters.requests[HL_SUBSCRIBE]);
	else
		worker_hop_wait(w, i, r.kind, r.server);
	worker_arm_rare(w, i);
	return written;
}

void worker_subscribe_again(struct hl_worker *w, uint32_t i)
{
	ask(w, i);
}

// The same bytes again need the same nonce and count.
static bool overtaken(const struct hl_worker *w, uint32_t i)
{
	const struct line *l = &w->lines[i];
	const struct line_streams *s = &w->streams[i];

	return s->flags & STREAM_SUB_AUTH &&
	       (worker_subscribe_waits(w, i) || (int32_t)(l->reg_cseq - s->sub_cseq) > 0 ||
		(int32_t)(w->cold[i].bye_cseq - s->sub_cseq) > 0);
}

static void retransmit(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];
	const struct request r = { KIND_SUBSCRIBE, s->server, s->sub_cseq,
				   s->flags & STREAM_SUB_AUTH };

	if (overtaken(w, i)) {
		ask(w, i);
		return;
	}
	enum write_result written = worker_write(w, i, &r);
	if (written == WRITE_NO_ROOM) {
		s->sub_at = w->now + 1;
		return;
	}
	if (written == WRITE_DONE)
		worker_retransmitted(w, i, &r);
	s->sub_rtx = rtx_next(s->sub_rtx);
	s->sub_at = worker_timer_e(w, s->sub_at, s->sub_rtx, s->flags & STREAM_SUB_PROVISIONAL,
				   s->sub_end);
}

void worker_subscribe_due(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];

	if (!(s->flags & STREAM_SUB_OUT)) {
		bool held = s->flags & STREAM_SUB_DIALOG && tick_before(w->now, s->sub_until) &&
			    w->dialogs[i].tag_len;

		s->sub_nonces = 0;
		if (held)
			ask(w, i);
		else
			begin(w, i);
	} else if (tick_before(w->now, s->sub_end)) {
		retransmit(w, i);
	} else {
		const struct request r = { .kind = KIND_SUBSCRIBE, .server = s->server };

		worker_hop_blame(w, i, &r, s->sub_rtx);
		s->flags &= (uint16_t)~STREAM_SUB_OUT;
		worker_subscribe_later(w, i, 0);
	}
}

// A subscription that lapses before its refresh is begun again then.
uint64_t worker_subscribe_refresh_ns(struct hl_worker *w, uint32_t i, uint32_t left_s)
{
	uint64_t least_ns;

	return worker_refresh_ns(w, i, left_s, worker_profile(w, &w->lines[i])->subscribe_s,
				 &least_ns);
}

static void granted(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line_streams *s = &w->streams[i];
	uint32_t granted_s = reply->expires != SIP_NO_NUMBER ? reply->expires
							     : worker_subscribe_expires_s(w, i);

	if (granted_s == 0) { // granted for no time: ended (RFC 6665 4.4.1)
		s->flags &= (uint16_t)~STREAM_SUB_DIALOG;
		worker_subscribe_later(w, i, 0);
		return;
	}
	if (!worker_subscribe_waits(w, i)) // the nonce is the REGISTER's meanwhile
		worker_next_nonce(w, i, s->server, reply);
	worker_dialog_answered(w, i, reply);
	s->sub_waits = s->sub_nonces = 0;
	s->sub_at = w->now + tick_span_ns(worker_subscribe_refresh_ns(w, i, granted_s));
	s->sub_until = w->now + tick_span_ns(granted_s * 1000000000ull);
	s->flags &= (uint16_t)~SUB_REQUEST;
	s->flags |= STREAM_SUB | STREAM_SUB_DIALOG;
}

// Each nonce is answered once, and an attempt sends no more requests than one of a REGISTER does.
static bool challenged(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line_streams *s = &w->streams[i];
	bool answered = s->flags & STREAM_SUB_AUTH;

	if (overtaken(w, i)) { // that nonce is used up
		ask(w, i);
		return true;
	}
	if (worker_subscribe_waits(w, i)) { // asked again behind that, with what it learns
		ask(w, i);
		return ++s->sub_nonces <= worker_answers_max(w, i, s->server);
	}
	int challenge = worker_challenge(w, i, KIND_SUBSCRIBE, s->server, reply);
	if (challenge < 0 || (answered && challenge == CHALLENGE_SAME) ||
	    ++s->sub_nonces > worker_answers_max(w, i, s->server))
		return false;
	count(&w->counters.challenges);
	ask(w, i);
	return true;
}

static bool interval_too_brief(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line_streams *s = &w->streams[i];

	if (s->sub_expires_s || reply->min_expires == SIP_NO_NUMBER ||
	    reply->min_expires <= worker_subscribe_expires_s(w, i))
		return false;
	if (reply->min_expires > MIN_EXPIRES_MAX_S) {
		count(&w->counters.long_min_expires);
		return false;
	}
	s->sub_expires_s = reply->min_expires;
	ask(w, i);
	return true;
}

// RFC 6665 4.1.2.2: after these a refresh finds no subscription any more; after others it may.
static bool ends_subscription(uint16_t status)
{
	switch (status) {
	case 404:
	case 405:
	case 410:
	case 416:
	case 480 ... 485:
	case 489:
	case 501:
	case 604:
		return true;
	default:
		return false;
	}
}

static void refused(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line_streams *s = &w->streams[i];

	if (reply->status == 481 && s->flags & STREAM_SUB_DIALOG) {
		begin(w, i);
		return;
	}
	// as for a REGISTER, but for what says that there is nothing to subscribe to
	if (worker_doubts_nonce(reply) && s->flags & STREAM_SUB_AUTH && s->sub_nonces == 0 &&
	    !ends_subscription(reply->status)) {
		s->sub_nonces++;
		ask(w, i);
		s->flags |= STREAM_SUB_BARE;
		return;
	}
	if (ends_subscription(reply->status))
		s->flags &= (uint16_t)~STREAM_SUB_DIALOG;
	worker_subscribe_later(w, i, reply->retry_after != SIP_NO_NUMBER ? reply->retry_after : 0);
}

void worker_subscribe_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line_streams *s = &w->streams[i];
	bool challenge = reply->status == 401 || reply->status == 407;

	if (reply->status < 200) {
		s->flags |= STREAM_SUB_PROVISIONAL;
		return;
	}
	s->flags &= (uint16_t)~STREAM_SUB_OUT;
	count(&w->counters.finals[HL_SUBSCRIBE]);
	if (reply->status / 100 == 2)
		granted(w, i, reply);
	else if (!(challenge && challenged(w, i, reply)) &&
		 !(reply->status == 423 && interval_too_brief(w, i, reply)))
		refused(w, i, reply);
	worker_arm_rare(w, i);
}
