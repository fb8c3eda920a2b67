// SPDX-License-Identifier: BSD-3-Clause
// What the failover machine asked for, done: timers armed, requests flagged for sending.
#include "worker/worker.h"

#define RETURN_LEAST_NS 1000000000ull

// RFC 5626 4.5: uniform in 50..100 % of min(max, base * 2^n).
uint64_t worker_backoff_ns(struct hl_worker *w, const struct plan_profile *p, uint8_t *n)
{
	uint64_t whole = p->backoff_max_ns;

	if (*n < 32 && p->backoff_base_ns << *n < p->backoff_max_ns)
		whole = p->backoff_base_ns << *n;
	if (*n < UINT8_MAX)
		++*n;
	return whole / 2 + rng_next(&w->rng) % (whole / 2 + 1);
}

static void arm_registration(struct hl_worker *w, struct line *l, uint32_t at)
{
	l->reg_at = tick_before(at, w->now) ? w->now : at;
	l->more |= LINE_REG_TIMER;
}

static void start_probes(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	const struct plan_profile *p = worker_profile(w, l);

	if (l->flags & LINE_PROBING || p->detect_interval_ns == 0)
		return;
	l->flags |= LINE_PROBING;
	if (!(l->flags & (LINE_PROBE_OUT | LINE_PROBE_SEND)))
		l->probe_at = w->now + tick_span_ns(worker_phase_ns(w, i, p->detect_interval_ns));
}

static void leave_all(struct hl_worker *w, uint32_t i)
{
	struct line_cold *c = &w->cold[i];
	uint8_t servers = c->bound | c->maybe_bound;

	c->flags &= (uint8_t) ~(COLD_HOLD | COLD_ORPHAN << HL_SERVER_P |
				COLD_ORPHAN << HL_SERVER_B);
	worker_arm_rare(w, i);
	if (servers)
		worker_bye_all(w, i, servers);
}

// Should it have been heard, it is for as long as was asked.
static void maybe_bind(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	struct line_cold *c = &w->cold[i];

	c->maybe_bound |= (uint8_t)(1u << server);
	if (!(c->bound >> server & 1))
		c->bound_until[server] = coarse_after(w, worker_expires_s(w, i, server) *
								 1000000000ull);
}

void worker_register_lost(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];

	if (l->flags & LINE_REG_OUT && l->reg_rtx != RTX_WAITS)
		maybe_bind(w, i, l->reg_server);
	l->flags &= (uint8_t)~LINE_REG_OUT;
}

void worker_abandon(struct hl_worker *w, uint32_t i)
{
	const struct line *l = &w->lines[i];

	if (l->flags & LINE_REG_OUT)
		worker_let_go(w, KIND_REGISTER, l->reg_rtx);
	worker_register_lost(w, i);
}

void worker_register(struct hl_worker *w, uint32_t i, enum hl_server server, bool with_auth)
{
	struct line *l = &w->lines[i];

	worker_abandon(w, i);
	l->flags |= LINE_REG_SEND;
	l->more &= (uint8_t) ~(LINE_REG_TIMER | LINE_REG_PROVISIONAL | LINE_REG_AUTH);
	if (with_auth && worker_has_nonce(w, i, server))
		l->more |= LINE_REG_AUTH;
	l->reg_server = server;
	worker_bye_cancel(w, i, server);
}

// The text of these depends on the epoch, so their copies would be of another.
static bool epoch_may_begin(const struct hl_worker *w, uint32_t i)
{
	return !(w->lines[i].flags & LINE_BYE_OUT) &&
	       !(w->streams && w->streams[i].flags & STREAM_SUB_OUT);
}

// The numbers of a line end one day: a REGISTER begins them again, with another Call-ID. OPTIONS keep
// theirs, so a probe that is out stays. An unregister or a SUBSCRIBE that is out is waited for, and the
// next REGISTER will do as well; but not for ever. A subscription's dialog cannot go back, so a new one
// follows.
static void begin_epoch(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	struct line_cold *c = &w->cold[i];

	if (!epoch_may_begin(w, i) && l->cseq < NUMBER_EPOCH_LATEST)
		return;
	worker_abandon(w, i);
	worker_bye_anew(w, i);
	l->cseq = l->reg_cseq = c->bye_cseq = 0;
	for (unsigned server = 0; server < HL_SERVERS; server++)
		c->epochs[server]++;
	if (w->streams && w->streams[i].flags & (STREAM_SUB_DIALOG | STREAM_SUB_OUT)) {
		w->streams[i].flags &= (uint16_t)~STREAM_SUB_DIALOG;
		worker_subscribe_later(w, i, 0);
	}
	count(&w->counters.epochs);
}

static void act_register(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);
	struct line_cold *c = &w->cold[i];
	// A refresh uses the nonce of the registration that is held, unless it is to be a full one;
	// a registration elsewhere does so only when the profile says it.
	bool refresh = line_state(&w->lines[i]).server == server;

	c->attempt = c->answered = 0;
	worker_target_register(w, i, server);
	if (w->lines[i].cseq >= NUMBER_EPOCH)
		begin_epoch(w, i);
	c->epochs[server] += p->full_registration;
	worker_register(w, i, server, refresh ? !p->full_registration : p->initial_auth);
}

// Until then the line stays armed by the timer of its registration.
void worker_spread_switch(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	uint64_t span_ns = rng_next(&w->rng) % (worker_profile(w, l)->switch_spread_ns + 1);

	worker_abandon(w, i);
	l->flags &= (uint8_t)~LINE_REG_SEND;
	arm_registration(w, l, w->now + tick_span_ns(span_ns));
}

void worker_register_now(struct hl_worker *w, uint32_t i)
{
	bool at_b = line_state(&w->lines[i]).state == HL_SW_B;

	act_register(w, i, at_b ? HL_SERVER_B : HL_SERVER_P);
}

// A new registration takes its place in the server's schedule, and waits for it armed as above. A
// return does not wait, since B is not refreshed meanwhile: step.c lets it start when it is its
// turn.
static void start_register(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	struct line *l = &w->lines[i];
	struct hl_state s = line_state(l);
	uint64_t wait_ns = s.server == server ? 0 : pace_book_server(w, l, server);

	if (wait_ns == 0 || s.state == HL_SW_P) {
		act_register(w, i, server);
		return;
	}
	worker_abandon(w, i);
	l->flags &= (uint8_t)~LINE_REG_SEND;
	arm_registration(w, l, w->now + tick_span_ns(wait_ns));
}

// Registered: what is still bound at the other server is an old binding, however the line got here
// (by way of DOWN the machine has forgotten it). Asked again at each refresh until it is gone or
// has run out.
static void leave_other(struct hl_worker *w, uint32_t i)
{
	const struct line_cold *c = &w->cold[i];
	enum hl_server other = line_state(&w->lines[i]).server ^ 1;

	if (c->bound >> other & 1 && coarse_of(w, w->now_ns) < c->bound_until[other])
		worker_bye(w, i, (uint8_t)(1u << other));
}

// A late 2xx has bound the line at the other server, where the REGISTER under way then failed.
static void leave_orphan(struct hl_worker *w, uint32_t i)
{
	struct line_cold *c = &w->cold[i];
	enum hl_server other = line_state(&w->lines[i]).server ^ 1;

	if (c->flags & COLD_ORPHAN << other) {
		count(&w->counters.orphans);
		worker_bye(w, i, (uint8_t)(1u << other));
	}
	c->flags &= (uint8_t) ~(COLD_ORPHAN << HL_SERVER_P | COLD_ORPHAN << HL_SERVER_B);
}

// While a return is tried B is not refreshed. It ends when half of the time between that refresh and
// the end of the binding is left, so that B still has time to answer; but it gets a second.
static void arm_return_limit(struct hl_worker *w, uint32_t i)
{
	struct line_cold *c = &w->cold[i];
	uint32_t soonest = w->now + tick_span_ns(RETURN_LEAST_NS);
	int32_t left = (int32_t)(w->now + coarse_ticks(w, c->bound_until[HL_SERVER_B] - 1) -
				 c->refresh_at);

	// a grant may end before the shortest refresh; its end is known in coarse steps, rounded up
	c->hold_at = c->refresh_at + (left > 0 ? (uint32_t)left / 2 : 0);
	if (tick_before(c->hold_at, soonest))
		c->hold_at = soonest;
	c->flags |= COLD_HOLD;
}

// 50..100 % of the time, as a backoff: who was refused together does not come back together.
static uint64_t park_ns(struct hl_worker *w, const struct plan_profile *p)
{
	return p->refresh_jitter ? p->park_ns - rng_next(&w->rng) % (p->park_ns / 2 + 1)
				 : p->park_ns;
}

// The end of the backoff; but a cycle in which every server is held would ask nobody.
static uint32_t backoff_end(struct hl_worker *w, uint32_t i)
{
	const struct line *l = &w->lines[i];
	struct line_cold *c = &w->cold[i];
	const struct plan_profile *p = worker_profile(w, l);
	uint32_t at = w->now + tick_span_ns(worker_backoff_ns(w, p, &c->backoffs));
	uint32_t free_at = c->held_until[HL_SERVER_P];
	uint8_t held = l->servers >> LINE_HELD_SHIFT & 3;
	uint8_t lock = l->servers >> LINE_LOCK_SHIFT & 3;
	uint8_t usable = lock ? (uint8_t)lock : p->policy.has_backup ? 3 : 1;

	if (usable & ~held)
		return at;
	if (usable == 1 << HL_SERVER_B || (usable == 3 && c->held_until[HL_SERVER_B] < free_at))
		free_at = c->held_until[HL_SERVER_B];
	uint32_t free_tick = w->now + coarse_ticks(w, free_at);
	return tick_before(at, free_tick) ? free_tick : at;
}

static void act_timers(struct hl_worker *w, uint32_t i, uint32_t actions)
{
	struct line *l = &w->lines[i];
	struct line_cold *c = &w->cold[i];
	const struct plan_profile *p = worker_profile(w, l);

	if (actions & (ACT_REFRESH | ACT_RESUME))
		arm_registration(w, l, c->refresh_at);
	if (actions & ACT_BACKOFF)
		arm_registration(w, l, backoff_end(w, i));
	if (actions & ACT_PARK)
		arm_registration(w, l, w->now + tick_span_ns(park_ns(w, p)));
	if (actions & ACT_HOLD) {
		c->hold_at = w->now + tick_span_ns(p->return_delay_ns);
		c->flags |= COLD_HOLD;
	}
	if (actions & ACT_HOLD_CANCEL)
		c->flags &= (uint8_t)~COLD_HOLD;
	if (actions & ACT_RETURN_LIMIT)
		arm_return_limit(w, i);
	if (actions & (ACT_HOLD | ACT_HOLD_CANCEL | ACT_RETURN_LIMIT))
		worker_arm_rare(w, i);
	if (actions & ACT_COOL)
		worker_cool_p(w, i);
}

void worker_act(struct hl_worker *w, uint32_t i, uint32_t actions)
{
	struct line *l = &w->lines[i];

	if (actions & ACT_ABANDON) {
		worker_abandon(w, i);
		l->flags &= (uint8_t)~LINE_REG_SEND;
		l->more &= (uint8_t)~LINE_REG_TIMER;
	}
	if (actions & ACT_SETTLED) {
		w->cold[i].backoffs = 0;
		if (line_state(l).server == HL_SERVER_P)
			w->cold[i].cools = 0;
		if (worker_profile(w, l)->policy.remove_last)
			leave_other(w, i);
	}
	if (actions & (ACT_SETTLED | ACT_RESUME))
		leave_orphan(w, i);
	act_timers(w, i, actions);
	if (actions & ACT_REGISTER_P)
		start_register(w, i, HL_SERVER_P);
	if (actions & ACT_REGISTER_B)
		start_register(w, i, HL_SERVER_B);
	if (actions & ACT_PROBE)
		start_probes(w, i);
	if (actions & ACT_PROBE_STOP) {
		worker_probe_let_go(w, i);
		l->flags &= (uint8_t)~LINE_PROBING;
	}
	if (actions & ACT_LEAVE_P)
		worker_bye(w, i, 1 << HL_SERVER_P);
	if (actions & ACT_LEAVE_B)
		worker_bye(w, i, 1 << HL_SERVER_B);
	if (actions & ACT_LEAVE_ALL)
		leave_all(w, i);
	if (actions & ACT_FAILOVER)
		worker_account_failover(w, i);
	if (actions & ACT_RETURN)
		worker_account_return(w, i);
	if (w->streams)
		worker_streams(w, i);
}
