// SPDX-License-Identifier: BSD-3-Clause
// REGISTER: the attempts of a line, from target to target.
#include "worker/registration.h"

#include "base/count.h"
#include "line/branch.h"
#include "worker/challenge.h"
#include "worker/clock.h"
#include "worker/emit.h"
#include "worker/exchange.h"
#include "worker/request.h"
#include "worker/target.h"

// Should it have been heard, it is for as long as was asked.
static void maybe_bind(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	struct line_cold *c = &w->cold[i];

	c->maybe_bound |= (uint8_t)(1u << server);
	if (!(c->bound >> server & 1))
		c->bound_until[server] = coarse_after(w, registration_expires_s(w, i, server) *
								 1000000000ull);
}

// It has no answer and will have none, which was counted.
static void give_up(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];

	if (exchange_has_left(&l->registration))
		maybe_bind(w, i, l->reg_server);
	exchange_end(&l->registration);
}

void registration_abandon(struct hl_worker *w, uint32_t i)
{
	exchange_let_go(w, i, &registration_ops);
	give_up(w, i);
}

static void ask(struct hl_worker *w, uint32_t i, enum hl_server server, bool with_auth)
{
	struct line *l = &w->lines[i];

	registration_abandon(w, i);
	exchange_ask(&l->registration);
	l->flags &= (uint8_t)~LINE_REG_AUTH;
	if (with_auth && challenge_has_nonce(w, i, server))
		l->flags |= LINE_REG_AUTH;
	l->reg_server = server;
}

void registration_begin(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);
	struct line_cold *c = &w->cold[i];
	// A refresh uses the nonce of the registration that is held, unless it is to be a full one;
	// a registration elsewhere does so only when the profile says it.
	bool refresh = line_state(&w->lines[i]).server == server;

	c->attempt = c->answered = 0;
	c->flags &= (uint8_t)~COLD_JUMPED;
	w->lines[i].target[server] = target_choose(w, i, server);
	c->epochs[server] += p->full_registration;
	ask(w, i, server, refresh ? !p->full_registration : p->initial_auth);
}

void registration_ask_again(struct hl_worker *w, uint32_t i, bool with_auth)
{
	enum hl_server server = w->lines[i].reg_server;

	ask(w, i, server, with_auth);
	emit(w, (struct emitted){ .what = EMITTED_REGISTER, .server = server });
}

bool registration_try_next_target(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	struct line_cold *c = &w->cold[i];
	enum hl_server server = l->reg_server;
	uint64_t order = target_order(w, i, server);
	uint64_t rest = target_order_from(order, l->target[server]);
	uint8_t next = target_after(rest, l->target[server]);

	// The targets have changed under the request: the new first one, but no chase after a name
	// that changes faster than its servers fail.
	if (target_first(rest) == PLAN_NO_TARGET && !(c->flags & COLD_JUMPED)) {
		c->flags |= COLD_JUMPED;
		next = target_first(order);
	}
	l->target[server] = next; // after the last one: from the first again, next time
	if (next == PLAN_NO_TARGET)
		return false;
	c->attempt = ATTEMPT_NEXT;
	c->answered = 0;
	registration_ask_again(w, i, false); // a nonce belongs to who gave it
	return true;
}

void registration_set_timer(struct hl_worker *w, uint32_t i, uint32_t at)
{
	struct exchange *e = &w->lines[i].registration;

	assert(!exchange_is_open(e));
	exchange_set_timer(e, tick_before(at, w->now) ? w->now : at);
}

uint16_t registration_return_over(struct hl_worker *w, uint32_t i)
{
	bool is_out = exchange_is_out(&w->lines[i].registration);
	uint16_t code = is_out ? exchange_blame(w, i, &registration_ops)
			       : exchange_code(w, i, &registration_ops);

	if (is_out)
		count(&w->counters.failed_registrations);
	give_up(w, i);
	return code;
}

static void describe(const struct hl_worker *w, uint32_t i, struct request *r)
{
	r->server = w->lines[i].reg_server;
	r->with_auth = w->lines[i].flags & LINE_REG_AUTH;
}

// Anybody can count the lines that wait.
static void no_hop(struct hl_worker *w, uint32_t i)
{
	struct hl_state s = line_state(&w->lines[i]);

	s.code = worker_has_no_lease(worker_address(w, &w->lines[i])) ? HL_CODE_NO_LEASE
								      : HL_CODE_UNRESOLVED;
	line_set_state(&w->lines[i], &s);
}

// Only the first REGISTER of a refresh tells how late the refresh is.
static void leaves(struct hl_worker *w, uint32_t i, bool has_hop)
{
	const struct line_cold *c = &w->cold[i];

	if (!has_hop || c->attempt || !state_is_settled(line_state(&w->lines[i]).state) ||
	    tick_before(w->now, c->refresh_at))
		return;
	hist_add(&w->counters.refresh_lateness,
		 ((uint64_t)(w->now - c->refresh_at) << TICK_SHIFT) / 1000);
}

void registration_failed(struct hl_worker *w, enum failover_event event, uint16_t code)
{
	count(&w->counters.failed_registrations);
	emit_event(w, event, code);
}

static void lost(struct hl_worker *w, uint32_t i, uint16_t code)
{
	give_up(w, i);
	if (!registration_try_next_target(w, i))
		registration_failed(w, FO_FAILED, code);
}

static void timer(struct hl_worker *w, uint32_t i)
{
	uint8_t state = line_state(&w->lines[i]).state;

	exchange_end(&w->lines[i].registration);
	if (state == HL_SW_B || state == HL_REG_P) // its turn after switch_spread or server_rate
		emit(w, (struct emitted){ .what = EMITTED_TURN });
	else if (state == HL_DOWN || state == HL_PARK)
		emit_event(w, FO_TIMER, HL_CODE_NONE);
	else
		emit_event(w, FO_REFRESH, HL_CODE_NONE);
}

const struct request_ops registration_ops = {
	.kind = KIND_REGISTER,
	.method = HL_REGISTER,
	.text = PLAN_REGISTER,
	.timeout = offsetof(struct plan_profile, register_timeout_ns),
	.is_timed = true,
	.store = STORE_LINE,
	.at = offsetof(struct line, registration),
	.describe = describe,
	.expires_s = registration_expires_s,
	.leaves = leaves,
	.no_hop = no_hop,
	.answered = registration_answered,
	.lost = lost,
	.timer = timer,
};
