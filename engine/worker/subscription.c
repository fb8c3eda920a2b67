// SPDX-License-Identifier: BSD-3-Clause
// SUBSCRIBE to the reg event: when it is asked for, refreshed, and given up.
#include "worker/subscription.h"

#include "line/branch.h"
#include "line/streams.h"
#include "worker/challenge.h"
#include "worker/dialog.h"
#include "worker/exchange.h"
#include "worker/interval.h"
#include "worker/request.h"
#include "worker/target.h"
#include "worker/turn.h"

uint32_t subscription_expires_s(const struct hl_worker *w, uint32_t i)
{
	uint32_t demanded = w->streams[i].sub_expires_s;

	return demanded ? demanded : worker_profile(w, &w->lines[i])->subscribe_s;
}

static void stop(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];

	exchange_let_go(w, i, &subscription_ops);
	exchange_end(&s->subscribe);
	s->flags &= (uint8_t) ~(STREAM_SUB_AUTH | STREAM_SUB_BARE);
	w->lines[i].flags |= LINE_RARE_CHANGED;
}

void subscription_ask(struct hl_worker *w, uint32_t i)
{
	stop(w, i);
	exchange_ask(&w->streams[i].subscribe);
	w->lines[i].flags |= LINE_RARE_SEND;
}

void subscription_begin(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];

	s->sub_number++;
	s->sub_answered = 0;
	s->flags &= (uint8_t) ~(STREAM_SUB_DIALOG | STREAM_NOTIFIED);
	dialog_clear(w, i);
	subscription_ask(w, i);
}

void subscription_try_later(struct hl_worker *w, uint32_t i, uint32_t after_s)
{
	struct line_streams *s = &w->streams[i];
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);
	uint64_t wait_ns = interval_backoff_ns(w, p, &s->sub_waits);
	uint64_t after_ns = interval_retry_after_ns(w, i, after_s);

	if (wait_ns < after_ns)
		wait_ns = after_ns;
	stop(w, i);
	exchange_set_timer(&s->subscribe, w->now + tick_span_ns(wait_ns));
}

// The dialog cannot go back to lower numbers: a new one follows.
static void renumbered(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];

	if (!(s->flags & STREAM_SUB_DIALOG) && !exchange_is_out(&s->subscribe))
		return;
	s->flags &= (uint8_t)~STREAM_SUB_DIALOG;
	subscription_try_later(w, i, 0);
}

static bool is_replaced(struct hl_worker *w, uint32_t i)
{
	if (!turn_has_passed(w, i, &subscription_ops))
		return false;
	subscription_ask(w, i);
	return true;
}

static void timer(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];
	bool held = s->flags & STREAM_SUB_DIALOG && tick_before(w->now, s->sub_until) &&
		    w->dialogs[i].tag_len;

	s->sub_answered = 0;
	if (held)
		subscription_ask(w, i);
	else
		subscription_begin(w, i);
}

static void lost(struct hl_worker *w, uint32_t i, uint16_t code)
{
	(void)code;
	exchange_end(&w->streams[i].subscribe);
	subscription_try_later(w, i, 0);
}

static bool must_wait(const struct hl_worker *w, uint32_t i)
{
	return turn_is_taken(w, i, &subscription_ops);
}

static void describe(const struct hl_worker *w, uint32_t i, struct request *r)
{
	r->server = worker_active(w, i);
	r->with_auth = w->streams[i].flags & STREAM_SUB_AUTH;
}

static uint8_t target(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	return target_or_choice(w, i, server, w->streams[i].sub_target);
}

static uint32_t expires_s(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	(void)server;
	return subscription_expires_s(w, i);
}

static void prepare(struct hl_worker *w, uint32_t i)
{
	struct line_streams *s = &w->streams[i];
	enum hl_server server = worker_active(w, i);

	target_settle(w, i, server);
	s->sub_target = w->lines[i].target[server];
	s->flags &= (uint8_t)~STREAM_SUB_AUTH;
	if (!(s->flags & STREAM_SUB_BARE) && challenge_has_nonce(w, i, server))
		s->flags |= STREAM_SUB_AUTH;
}

static bool is_wanted(const struct plan_profile *p)
{
	return p->subscribe_s != 0;
}

// A subscription that is left lapses.
static void follow(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	struct line_streams *s = &w->streams[i];

	if (server == HL_SERVER_NONE) {
		stop(w, i);
		s->flags &= (uint8_t) ~(STREAM_SUB_DIALOG | STREAM_NOTIFIED);
	} else if (is_wanted(worker_profile(w, &w->lines[i]))) {
		s->sub_waits = 0;
		s->sub_expires_s = 0;
		subscription_begin(w, i);
	}
}

const struct request_ops subscription_ops = {
	.kind = KIND_SUBSCRIBE,
	.method = HL_SUBSCRIBE,
	.text = PLAN_SUBSCRIBE,
	.timeout = offsetof(struct plan_profile, register_timeout_ns),
	.is_rare = true,
	.writes_credentials = true,
	.signs = true,
	.store = STORE_STREAMS,
	.at = offsetof(struct line_streams, subscribe),
	.is_wanted = is_wanted,
	.follow = follow,
	.renumbered = renumbered,
	.describe = describe,
	.target = target,
	.expires_s = expires_s,
	.dialog_id = dialog_id,
	.finish = dialog_write,
	.must_wait = must_wait,
	.prepare = prepare,
	.found_hop = subscription_ask,
	.is_replaced = is_replaced,
	.answered = subscription_answered,
	.lost = lost,
	.timer = timer,
};
