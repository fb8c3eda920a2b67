// SPDX-License-Identifier: BSD-3-Clause
// Does what the failover machine has decided: begins and stops requests, sets timers.
#include "worker/act.h"

#include "base/count.h"
#include "line/branch.h"
#include "worker/account.h"
#include "worker/clock.h"
#include "worker/epoch.h"
#include "worker/hold.h"
#include "worker/interval.h"
#include "worker/pace.h"
#include "worker/probe.h"
#include "worker/registration.h"
#include "worker/streams.h"
#include "worker/unregister.h"

#define RETURN_LEAST_NS 1000000000ull
#define PAUSE_LOOK_NS 1000000000ull
#define PAUSE_SPREAD_NS 4000000000ull

static void leave_all(struct hl_worker *w, uint32_t i)
{
	struct line_cold *c = &w->cold[i];
	uint8_t servers = c->bound | c->maybe_bound;

	c->flags &= (uint8_t) ~(COLD_HOLD | COLD_ORPHAN << HL_SERVER_P |
				COLD_ORPHAN << HL_SERVER_B);
	w->lines[i].flags |= LINE_RARE_CHANGED;
	if (servers)
		unregister_all(w, i, servers);
}

static void begin_registration(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	if (w->lines[i].cseq >= NUMBER_EPOCH)
		epoch_begin(w, i);
	registration_begin(w, i, server);
	unregister_cancel(w, i, server);
}

// Until then the line stays armed by the timer of its registration.
static void wait_turn(struct hl_worker *w, uint32_t i, uint64_t wait_ns)
{
	registration_abandon(w, i);
	registration_set_timer(w, i, w->now + tick_span_ns(wait_ns));
}

void act_spread_switch(struct hl_worker *w, uint32_t i)
{
	uint64_t spread_ns = worker_profile(w, &w->lines[i])->switch_spread_ns;

	wait_turn(w, i, rng_next(&w->rng) % (spread_ns + 1));
}

// Asked again until the pause is over, and then spread over as long.
void act_wait_for_resume(struct hl_worker *w, uint32_t i)
{
	wait_turn(w, i, PAUSE_LOOK_NS + rng_next(&w->rng) % PAUSE_SPREAD_NS);
}

void act_turn(struct hl_worker *w, uint32_t i)
{
	bool at_b = line_state(&w->lines[i]).state == HL_SW_B;

	begin_registration(w, i, at_b ? HL_SERVER_B : HL_SERVER_P);
}

// A new registration takes its place in the server's schedule. A return does not wait for it, since B
// is not refreshed meanwhile: driver.c lets it start when it is its turn.
static void register_at(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	const struct line *l = &w->lines[i];
	struct hl_state s = line_state(l);

	if (w->paused && s.server != server && s.state != HL_SW_P) {
		act_wait_for_resume(w, i);
		return;
	}
	uint64_t wait_ns = s.server == server ? 0 : pace_book_server(w, l, server);

	if (wait_ns == 0 || s.state == HL_SW_P)
		begin_registration(w, i, server);
	else
		wait_turn(w, i, wait_ns);
}

// Registered: what is still bound at the other server is an old binding, however the line got here
// (by way of DOWN the machine has forgotten it). Asked again at each refresh until it is gone or
// has run out.
static void leave_other(struct hl_worker *w, uint32_t i)
{
	const struct line_cold *c = &w->cold[i];
	enum hl_server other = line_state(&w->lines[i]).server ^ 1;

	if (c->bound >> other & 1 && coarse_of(w, w->now_ns) < c->bound_until[other])
		unregister_begin(w, i, (uint8_t)(1u << other));
}

// A late 2xx has bound the line at the other server, where the REGISTER under way then failed.
static void leave_orphan(struct hl_worker *w, uint32_t i)
{
	struct line_cold *c = &w->cold[i];
	enum hl_server other = line_state(&w->lines[i]).server ^ 1;

	if (c->flags & COLD_ORPHAN << other) {
		count(&w->counters.orphans);
		unregister_begin(w, i, (uint8_t)(1u << other));
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
	uint32_t at = w->now + tick_span_ns(interval_backoff_ns(w, p, &c->backoffs));
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
	struct line_cold *c = &w->cold[i];
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);

	if (actions & (ACT_REFRESH | ACT_RESUME))
		registration_set_timer(w, i, c->refresh_at);
	if (actions & ACT_BACKOFF)
		registration_set_timer(w, i, backoff_end(w, i));
	if (actions & ACT_PARK)
		registration_set_timer(w, i, w->now + tick_span_ns(park_ns(w, p)));
	if (actions & ACT_HOLD) {
		c->hold_at = w->now + tick_span_ns(p->return_delay_ns);
		c->flags |= COLD_HOLD;
	}
	if (actions & ACT_HOLD_CANCEL)
		c->flags &= (uint8_t)~COLD_HOLD;
	if (actions & ACT_RETURN_LIMIT)
		arm_return_limit(w, i);
	if (actions & (ACT_HOLD | ACT_HOLD_CANCEL | ACT_RETURN_LIMIT))
		w->lines[i].flags |= LINE_RARE_CHANGED;
	if (actions & ACT_COOL)
		hold_cool_p(w, i);
}

void line_act(struct hl_worker *w, uint32_t i, uint32_t actions)
{
	const struct line *l = &w->lines[i];

	if (actions & ACT_ABANDON)
		registration_abandon(w, i);
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
		register_at(w, i, HL_SERVER_P);
	if (actions & ACT_REGISTER_B)
		register_at(w, i, HL_SERVER_B);
	if (actions & ACT_PROBE)
		probe_start(w, i);
	if (actions & ACT_PROBE_STOP)
		probe_stop(w, i);
	if (actions & ACT_LEAVE_P)
		unregister_begin(w, i, 1 << HL_SERVER_P);
	if (actions & ACT_LEAVE_B)
		unregister_begin(w, i, 1 << HL_SERVER_B);
	if (actions & ACT_LEAVE_ALL)
		leave_all(w, i);
	if (actions & ACT_FAILOVER)
		account_failover(w, i);
	if (actions & ACT_RETURN)
		account_return(w, i);
	if (w->follows)
		streams_follow(w, i);
}
