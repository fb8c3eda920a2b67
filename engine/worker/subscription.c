// SPDX-License-Identifier: BSD-3-Clause
#include "worker/subscription.h"

#include "base/count.h"
#include "line/branch.h"
#include "line/streams.h"
#include "sip/value.h"
#include "worker/challenge.h"
#include "worker/dialog.h"
#include "worker/exchange.h"
#include "worker/interval.h"
#include "worker/request.h"
#include "worker/target.h"

// For a request that counts on the same nonce.
static bool must_wait(const struct hl_worker *w, uint32_t i)
{
	const struct line *l = &w->lines[i];
	const struct line_cold *c = &w->cold[i];
	uint8_t server = w->streams[i].server;

	return (exchange_is_open(&l->registration) && l->reg_server == server) ||
	       (exchange_is_open(&c->unregister) && c->unregister_server == server);
}

static uint32_t asked_s(const struct hl_worker *w, uint32_t i)
{
	uint32_t demanded = w->streams[i].sub_expires_s;

	return demanded ? demanded : worker_profile(w, &w->lines[i])->subscribe_s;
}

// Nothing is out or to be sent any more.
static void abandon(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];

	exchange_let_go(w, i, &subscription_ops);
	exchange_end(&s->subscribe);
	s->flags &= (uint8_t) ~(STREAM_SUB_AUTH | STREAM_SUB_BARE);
	w->lines[i].flags |= LINE_RARE_CHANGED;
}

// A new request, with the credentials known or without.
static void ask(struct hl_worker *w, uint32_t i)
{
	abandon(w, i);
	exchange_ask(&w->streams[i].subscribe);
	w->lines[i].flags |= LINE_RARE_SEND;
}

// A subscription of its own Call-ID and tag: nothing of the last one is taken for it.
static void begin(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];

	s->sub_number++;
	s->sub_answered = 0;
	s->flags &= (uint8_t) ~(STREAM_SUB_DIALOG | STREAM_NOTIFIED);
	dialog_clear(w, i);
	ask(w, i);
}

void subscription_start(struct hl_worker *w, uint32_t i)
{
	w->streams[i].sub_waits = 0;
	w->streams[i].sub_expires_s = 0;
	begin(w, i);
}

void subscription_stop(struct hl_worker *w, uint32_t i)
{
	abandon(w, i);
}

// It is over or failed: again after a backoff, and so many seconds at least.
static void try_later(struct hl_worker *w, uint32_t i, uint32_t after_s)
{
	struct line_streams *s = &w->streams[i];
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);
	uint64_t wait_ns = interval_backoff_ns(w, p, &s->sub_waits);
	uint64_t after_ns = interval_retry_after_ns(w, i, after_s);

	if (wait_ns < after_ns)
		wait_ns = after_ns;
	abandon(w, i);
	exchange_set_timer(&s->subscribe, w->now + tick_span_ns(wait_ns));
}

void subscription_new_epoch(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];

	if (!(s->flags & STREAM_SUB_DIALOG) && !exchange_is_out(&s->subscribe))
		return;
	s->flags &= (uint8_t)~STREAM_SUB_DIALOG;
	try_later(w, i, 0);
}

// The same bytes again need the same nonce and count.
static bool is_overtaken(const struct hl_worker *w, uint32_t i)
{
	const struct line_streams *s = &w->streams[i];
	uint32_t number = s->subscribe.number;

	return s->flags & STREAM_SUB_AUTH &&
	       (must_wait(w, i) || (int32_t)(w->lines[i].registration.number - number) > 0 ||
		(int32_t)(w->cold[i].unregister.number - number) > 0);
}

static bool is_replaced(struct hl_worker *w, uint32_t i)
{
	if (!is_overtaken(w, i))
		return false;
	ask(w, i);
	return true;
}

static void timer(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];
	bool held = s->flags & STREAM_SUB_DIALOG && tick_before(w->now, s->sub_until) &&
		    w->dialogs[i].tag_len;

	s->sub_answered = 0;
	if (held)
		ask(w, i);
	else
		begin(w, i);
}

static void lost(struct hl_worker *w, uint32_t i, uint16_t code)
{
	(void)code;
	exchange_end(&w->streams[i].subscribe);
	try_later(w, i, 0);
}

// A subscription that lapses before its refresh is begun again then.
static uint64_t refresh_ns(struct hl_worker *w, uint32_t i, uint32_t left_s)
{
	uint64_t least_ns;

	return interval_refresh_ns(w, i, left_s, worker_profile(w, &w->lines[i])->subscribe_s,
				   &least_ns);
}

static void granted(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line_streams *s = &w->streams[i];
	uint32_t granted_s = reply->expires != SIP_NO_NUMBER ? reply->expires : asked_s(w, i);

	if (granted_s == 0) { // granted for no time: ended (RFC 6665 4.4.1)
		s->flags &= (uint8_t)~STREAM_SUB_DIALOG;
		try_later(w, i, 0);
		return;
	}
	if (!must_wait(w, i)) // the nonce is the REGISTER's meanwhile
		worker_next_nonce(w, i, s->server, reply);
	dialog_answered(w, i, reply);
	s->sub_waits = s->sub_answered = 0;
	uint32_t at = w->now + tick_span_ns(refresh_ns(w, i, granted_s));
	s->sub_until = w->now + tick_span_ns(granted_s * 1000000000ull);
	s->flags &= (uint8_t) ~(STREAM_SUB_AUTH | STREAM_SUB_BARE);
	s->flags |= STREAM_SUB_DIALOG;
	exchange_set_timer(&s->subscribe, at);
}

// Each nonce is answered once, and an attempt sends no more requests than one of a REGISTER does.
static bool challenged(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line_streams *s = &w->streams[i];
	bool answered = s->flags & STREAM_SUB_AUTH;

	if (is_overtaken(w, i)) { // that nonce is used up
		ask(w, i);
		return true;
	}
	if (must_wait(w, i)) { // asked again behind that, with what it learns
		ask(w, i);
		return ++s->sub_answered <= worker_answers_max(w, i, s->server);
	}
	struct bare_request bare = worker_bare_request(w, i, s->server, PLAN_SUBSCRIBE);
	bare.len = dialog_len(w, i, bare.len, &bare.uri_len);
	int challenge = worker_challenge(w, i, s->server, bare, reply);
	if (challenge < 0 || (answered && challenge == CHALLENGE_SAME) ||
	    ++s->sub_answered > worker_answers_max(w, i, s->server))
		return false;
	count(&w->counters.challenges);
	ask(w, i);
	return true;
}

static bool interval_too_brief(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line_streams *s = &w->streams[i];

	if (s->sub_expires_s || reply->min_expires == SIP_NO_NUMBER ||
	    reply->min_expires <= asked_s(w, i))
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
	if (worker_doubts_nonce(reply) && s->flags & STREAM_SUB_AUTH && s->sub_answered == 0 &&
	    !ends_subscription(reply->status)) {
		s->sub_answered++;
		ask(w, i);
		s->flags |= STREAM_SUB_BARE;
		return;
	}
	if (ends_subscription(reply->status))
		s->flags &= (uint8_t)~STREAM_SUB_DIALOG;
	try_later(w, i, reply->retry_after != SIP_NO_NUMBER ? reply->retry_after : 0);
}

static void answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	bool challenge = reply->status == 401 || reply->status == 407;

	if (reply->status / 100 == 2)
		granted(w, i, reply);
	else if (!(challenge && challenged(w, i, reply)) &&
		 !(reply->status == 423 && interval_too_brief(w, i, reply)))
		refused(w, i, reply);
}

// Subscription-State (RFC 6665 4.1.3): over, or how long it still lasts.
static void read_state(struct hl_worker *w, uint32_t i, struct slice value)
{
	struct line_streams *s = &w->streams[i];
	const char *semicolon = value.len ? memchr(value.at, ';', value.len) : NULL;
	const char *end = value.at + value.len;
	struct slice name = slice_trim(value.at, semicolon ? semicolon : end), number;
	struct slice params = { semicolon ? semicolon : end,
				semicolon ? (uint32_t)(end - semicolon) : 0 };

	if (text_equal_nocase(name.at, name.len, "terminated", 10)) {
		uint32_t after = SIP_NO_NUMBER;

		if (param_find(params, "retry-after", &number))
			after = value_seconds(number);
		s->flags &= (uint8_t)~STREAM_SUB_DIALOG;
		try_later(w, i, after != SIP_NO_NUMBER ? after : 0);
	} else if (exchange_on_timer(&s->subscribe) && param_find(params, "expires", &number)) {
		uint32_t left = value_seconds(number);
		uint32_t at;

		if (left == SIP_NO_NUMBER)
			return;
		at = w->now + tick_span_ns(refresh_ns(w, i, left));
		if (!tick_before(at, s->subscribe.at))
			return;
		exchange_set_timer(&s->subscribe, at);
		s->sub_until = w->now + tick_span_ns(left * 1000000000ull);
		w->lines[i].flags |= LINE_RARE_CHANGED;
	}
}

uint16_t subscription_notify(struct hl_worker *w, uint32_t i, const struct sip_request *r)
{
	if (!w->dialogs || !dialog_holds(w, i, r))
		return 481;
	struct line_streams *s = &w->streams[i];
	if (s->flags & STREAM_NOTIFIED && r->cseq < s->notify_cseq)
		return 500; // out of order (RFC 3261 12.2.2)
	bool again = s->flags & STREAM_NOTIFIED && r->cseq == s->notify_cseq;
	s->flags |= STREAM_NOTIFIED;
	s->notify_cseq = r->cseq;
	if (again)
		return 200;
	dialog_notified(w, i, r);
	read_state(w, i, r->subscription_state);
	return 200;
}

static struct exchange *exchange(const struct hl_worker *w, uint32_t i)
{
	return w->streams ? &w->streams[i].subscribe : NULL;
}

static void describe(const struct hl_worker *w, uint32_t i, struct request *r)
{
	r->server = w->streams[i].server;
	r->with_auth = w->streams[i].flags & STREAM_SUB_AUTH;
}

static uint8_t target(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	return target_or_choice(w, i, server, w->streams[i].sub_target);
}

static uint32_t expires_s(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	(void)server;
	return asked_s(w, i);
}

static void prepare(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];

	target_settle(w, i, s->server);
	s->sub_target = w->lines[i].target[s->server];
	s->flags &= (uint8_t)~STREAM_SUB_AUTH;
	if (!(s->flags & STREAM_SUB_BARE) && worker_has_nonce(w, i, s->server))
		s->flags |= STREAM_SUB_AUTH;
}

const struct request_ops subscription_ops = {
	.kind = KIND_SUBSCRIBE,
	.method = HL_SUBSCRIBE,
	.text = PLAN_SUBSCRIBE,
	.timeout = offsetof(struct plan_profile, register_timeout_ns),
	.is_rare = true,
	.writes_credentials = true,
	.exchange = exchange,
	.describe = describe,
	.target = target,
	.expires_s = expires_s,
	.dialog_id = dialog_id,
	.finish = dialog_write,
	.must_wait = must_wait,
	.prepare = prepare,
	.found_hop = ask,
	.is_replaced = is_replaced,
	.answered = answered,
	.lost = lost,
	.timer = timer,
};
