// SPDX-License-Identifier: BSD-3-Clause
// Unregistering at servers that a line has left, one after the other.
#include "worker/unregister.h"

#include "base/count.h"
#include "line/branch.h"
#include "worker/challenge.h"
#include "worker/exchange.h"
#include "worker/request.h"
#include "worker/slot.h"
#include "worker/stale.h"
#include "worker/target.h"

// The last one is over: is a stopped line free of bindings?
static void settled(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];

	w->unregistering--;
	slot_settled(w, i);
	if (line_state(l).state == HL_OFF && w->cold[i].bound == 0 &&
	    l->flags & LINE_REGISTERED_ONCE) {
		l->flags &= (uint8_t)~LINE_REGISTERED_ONCE; // counted once for each run of the line
		count(&w->counters.unregistered);
	}
}

static void ask(struct hl_worker *w, uint32_t i)
{
	exchange_ask(&w->cold[i].unregister);
	w->lines[i].flags |= LINE_RARE_SEND | LINE_RARE_CHANGED;
}

static void next(struct hl_worker *w, uint32_t i)
{
	struct line_cold *c = &w->cold[i];

	exchange_let_go(w, i, &unregister_ops);
	exchange_end(&c->unregister);
	w->lines[i].flags |= LINE_RARE_CHANGED;
	c->flags &= (uint8_t) ~(COLD_UNREGISTER_AUTH | COLD_UNREGISTER_STALE);
	if (c->unregister_pending == 0) {
		settled(w, i);
		return;
	}
	unsigned server = (unsigned)__builtin_ctz(c->unregister_pending);
	c->unregister_pending &= (uint8_t) ~(1u << server) & 7;
	if (server == UNREGISTER_STALE) {
		server = c->stale_server;
		c->flags |= COLD_UNREGISTER_STALE;
	}
	c->unregister_server = server & 1;
	c->unregister_answered = 0;
	target_settle(w, i, c->unregister_server);
	if (challenge_has_nonce(w, i, c->unregister_server))
		c->flags |= COLD_UNREGISTER_AUTH;
	ask(w, i);
}

void unregister_begin(struct hl_worker *w, uint32_t i, uint8_t servers)
{
	struct line_cold *c = &w->cold[i];

	if (exchange_is_open(&c->unregister)) {
		if (!(c->flags & COLD_UNREGISTER_STALE))
			servers &= (uint8_t) ~(1u << c->unregister_server);
		c->unregister_pending |= servers & 7;
		return;
	}
	c->unregister_pending |= servers & 7;
	w->unregistering++;
	next(w, i);
}

void unregister_all(struct hl_worker *w, uint32_t i, uint8_t servers)
{
	if (!exchange_is_open(&w->cold[i].unregister)) {
		unregister_begin(w, i, servers);
		return;
	}
	w->cold[i].unregister_pending |= servers & 7;
	next(w, i);
}

void unregister_cancel(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	struct line_cold *c = &w->cold[i];

	c->unregister_pending &= (uint8_t) ~(1u << server) & 7;
	if (exchange_is_open(&c->unregister) && c->unregister_server == server)
		next(w, i);
}

// One that is out belongs to the old numbers: it is asked for again.
static void renumbered(struct hl_worker *w, uint32_t i)
{
	w->cold[i].unregister.number = 0;
	if (!exchange_is_out(&w->cold[i].unregister))
		return;
	exchange_let_go(w, i, &unregister_ops);
	ask(w, i);
}

static void describe(const struct hl_worker *w, uint32_t i, struct request *r)
{
	r->server = w->cold[i].unregister_server;
	r->with_auth = w->cold[i].flags & COLD_UNREGISTER_AUTH;
}

static uint32_t expires_s(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	(void)w, (void)i, (void)server;
	return 0; // RFC 3261 10.2.2
}

// That of an earlier run's contact signs with the nonce of the registration there, of which each request
// counts on: it waits for the end of a REGISTER that is under way.
static bool must_wait(const struct hl_worker *w, uint32_t i)
{
	const struct line *l = &w->lines[i];

	return exchange_is_open(&l->registration) && l->reg_server == w->cold[i].unregister_server;
}

static uint32_t finish(struct hl_worker *w, uint32_t i, const struct finish *f)
{
	if (w->cold[i].flags & COLD_UNREGISTER_STALE)
		stale_write(w, i, f);
	return f->len;
}

static bool asked_again(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line_cold *c = &w->cold[i];
	enum hl_server server = c->unregister_server;
	const struct bare_request bare = challenge_bare_request(w, i, server, PLAN_REGISTER);

	if ((reply->status == 401 || reply->status == 407) &&
	    challenge_learn(w, i, server, bare, reply) >= 0 &&
	    c->unregister_answered++ < challenge_answers_max(w, i, server)) {
		count(&w->counters.challenges);
		c->flags |= COLD_UNREGISTER_AUTH;
		ask(w, i);
		return true;
	}
	if (challenge_doubts_nonce(reply) && c->flags & COLD_UNREGISTER_AUTH &&
	    c->unregister_answered == 0) {
		c->unregister_answered++;
		c->flags &= (uint8_t)~COLD_UNREGISTER_AUTH;
		ask(w, i);
		return true;
	}
	return false;
}

static void answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line_cold *c = &w->cold[i];
	enum hl_server server = c->unregister_server;
	uint8_t bit = (uint8_t)(1u << server);

	if (asked_again(w, i, reply))
		return;
	if (reply->status / 100 == 2 && c->flags & COLD_UNREGISTER_STALE) {
		challenge_next_nonce(w, i, server, reply);
		if (stale_find(w, i, server, reply)) // one more?
			c->unregister_pending |= 1 << UNREGISTER_STALE;
	} else if (reply->status / 100 == 2) {
		c->bound &= (uint8_t)~bit & 3;
		c->maybe_bound &= (uint8_t)~bit & 3;
		challenge_next_nonce(w, i, server, reply);
	}
	next(w, i);
}

// Best effort: not a failure of the line.
static void lost(struct hl_worker *w, uint32_t i, uint16_t code)
{
	(void)code;
	exchange_end(&w->cold[i].unregister);
	next(w, i);
}

const struct request_ops unregister_ops = {
	.kind = KIND_UNREGISTER,
	.method = HL_REGISTER,
	.text = PLAN_REGISTER,
	.timeout = offsetof(struct plan_profile, register_timeout_ns),
	.is_rare = true,
	.signs = true,
	.store = STORE_COLD,
	.at = offsetof(struct line_cold, unregister),
	.renumbered = renumbered,
	.describe = describe,
	.expires_s = expires_s,
	.finish = finish,
	.must_wait = must_wait,
	.answered = answered,
	.lost = lost,
};
