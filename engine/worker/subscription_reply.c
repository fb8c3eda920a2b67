// SPDX-License-Identifier: BSD-3-Clause
// What a final response to a SUBSCRIBE, and a NOTIFY, mean for the subscription.
#include "base/count.h"
#include "line/streams.h"
#include "sip/value.h"
#include "worker/challenge.h"
#include "worker/dialog.h"
#include "worker/interval.h"
#include "worker/subscription.h"
#include "worker/turn.h"

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
	uint32_t granted_s = reply->expires != SIP_NO_NUMBER ? reply->expires
							     : subscription_expires_s(w, i);

	if (granted_s == 0) { // granted for no time: ended (RFC 6665 4.4.1)
		s->flags &= (uint8_t)~STREAM_SUB_DIALOG;
		subscription_try_later(w, i, 0);
		return;
	}
	if (!turn_is_taken(w, i, &subscription_ops)) // the nonce is the REGISTER's meanwhile
		challenge_next_nonce(w, i, worker_active(w, i), reply);
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

	if (turn_has_passed(w, i, &subscription_ops)) { // that nonce is used up
		subscription_ask(w, i);
		return true;
	}
	if (turn_is_taken(w, i,
			  &subscription_ops)) { // asked again behind that, with what it learns
		subscription_ask(w, i);
		return ++s->sub_answered <= challenge_answers_max(w, i, worker_active(w, i));
	}
	struct bare_request bare = challenge_bare_request(w, i, worker_active(w, i),
							  PLAN_SUBSCRIBE);
	bare.len = dialog_len(w, i, bare.len, &bare.uri_len);
	int challenge = challenge_learn(w, i, worker_active(w, i), bare, reply);
	if (challenge < 0 || (answered && challenge == CHALLENGE_SAME) ||
	    ++s->sub_answered > challenge_answers_max(w, i, worker_active(w, i)))
		return false;
	count(&w->counters.challenges);
	subscription_ask(w, i);
	return true;
}

static bool interval_too_brief(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line_streams *s = &w->streams[i];

	if (s->sub_expires_s || reply->min_expires == SIP_NO_NUMBER ||
	    reply->min_expires <= subscription_expires_s(w, i))
		return false;
	if (reply->min_expires > MIN_EXPIRES_MAX_S) {
		count(&w->counters.long_min_expires);
		return false;
	}
	s->sub_expires_s = reply->min_expires;
	subscription_ask(w, i);
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
		subscription_begin(w, i);
		return;
	}
	// as for a REGISTER, but for what says that there is nothing to subscribe to
	if (challenge_doubts_nonce(reply) && s->flags & STREAM_SUB_AUTH && s->sub_answered == 0 &&
	    !ends_subscription(reply->status)) {
		s->sub_answered++;
		subscription_ask(w, i);
		s->flags |= STREAM_SUB_BARE;
		return;
	}
	if (ends_subscription(reply->status))
		s->flags &= (uint8_t)~STREAM_SUB_DIALOG;
	subscription_try_later(w, i, reply->retry_after != SIP_NO_NUMBER ? reply->retry_after : 0);
}

void subscription_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
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
		subscription_try_later(w, i, after != SIP_NO_NUMBER ? after : 0);
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
