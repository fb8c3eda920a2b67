// SPDX-License-Identifier: BSD-3-Clause
// One event of one line: unpack the state word, ask the machine, store the word, act.
#include <heartline/code.h>

#include "worker/worker.h"

static bool hold_is_over(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	return coarse_of(w, w->now_ns) >= w->cold[i].held_until[server];
}

// Servers that may not be used now; the cold part is only read when a hold was set.
static uint8_t held_servers(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	uint8_t held = l->servers >> LINE_HELD_SHIFT & 3;

	for (unsigned server = 0; held >> server; server++) {
		if (held >> server & 1 && hold_is_over(w, i, server)) {
			held &= (uint8_t) ~(1u << server);
			l->servers &= (uint8_t) ~(1u << (LINE_HELD_SHIFT + server));
		}
	}
	return held;
}

static void hold_end(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	w->lines[i].servers &= (uint8_t) ~(1u << (LINE_HELD_SHIFT + server));
}

// Why a server is held decides what may end it before its time.
enum hold { HOLD_COOL, HOLD_ASKED, HOLD_SHUNNED };

static void hold(struct hl_worker *w, uint32_t i, enum hl_server server, enum hold why,
		 uint64_t span_ns)
{
	struct line_cold *c = &w->cold[i];
	uint32_t until = coarse_after(w, span_ns);
	uint8_t bit = (uint8_t)(1u << server);

	// a cool-down does not shorten a Retry-After, nor the other way round
	if (held_servers(w, i) & bit && until < c->held_until[server])
		return;
	c->held_until[server] = until;
	c->asked = (uint8_t)((c->asked & ~bit) | (why == HOLD_ASKED ? bit : 0));
	c->shunned = (uint8_t)((c->shunned & ~bit) | (why == HOLD_SHUNNED ? bit : 0));
	w->lines[i].servers |= (uint8_t)(bit << LINE_HELD_SHIFT);
}

void worker_cool_p(struct hl_worker *w, uint32_t i)
{
	hold(w, i, HL_SERVER_P, HOLD_COOL,
	     worker_backoff_ns(w, worker_profile(w, &w->lines[i]), &w->cold[i].cools));
}

uint64_t worker_retry_after_ns(struct hl_worker *w, uint32_t i, uint32_t asked_s)
{
	uint32_t longest_s = worker_profile(w, &w->lines[i])->retry_after_max_s;

	if (asked_s <= longest_s)
		return asked_s * 1000000000ull;
	count(&w->counters.long_retry_afters);
	return longest_s * 1000000000ull;
}

void worker_hold_asked(struct hl_worker *w, uint32_t i, enum hl_server server,
		       uint32_t retry_after_s)
{
	if (retry_after_s != SIP_NO_NUMBER)
		hold(w, i, server, HOLD_ASKED, worker_retry_after_ns(w, i, retry_after_s));
}

// A REGISTER has failed. A server that goes on answering probes must not draw another one at each
// answer (row 16): it is held for as long as a backoff takes, unless it is held already. Where it has
// refused the REGISTER by an answer it is alive, and no probe says more, however they come and go.
static void shun(struct hl_worker *w, uint32_t i, enum hl_server server, uint16_t code,
		 bool p_answers)
{
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);
	bool answers = server == HL_SERVER_P ? p_answers : w->cold[i].probed_b == PROBED_B_ANSWERED;
	// what was wrong with a challenge is known of an answer, too
	bool refused = code >= HL_CODE_CHALLENGE && p->policy.probes;
	uint8_t n = w->cold[i].backoffs;

	if ((answers || (refused && n > 0)) && !(held_servers(w, i) >> server & 1))
		hold(w, i, server, refused ? HOLD_COOL : HOLD_SHUNNED, worker_backoff_ns(w, p, &n));
}

// A server that answers again after lost probes need not wait for the time that it named, but for as long
// as what failed so far makes a line wait: else one whose probes come and go draws a REGISTER each time.
static void hold_shorten(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	struct line_cold *c = &w->cold[i];
	uint8_t n = c->backoffs > c->cools ? c->backoffs : c->cools;

	if (n-- == 0) { // nothing has
		hold_end(w, i, server);
		return;
	}
	uint32_t until = coarse_after(w, worker_backoff_ns(w, worker_profile(w, &w->lines[i]), &n));
	if (until < c->held_until[server])
		c->held_until[server] = until;
	c->asked &= (uint8_t) ~(1u << server);
}

// A lost probe explains why a REGISTER was not answered: the server was dead, and may be asked as soon as
// it answers again.
static void probe_seen(struct hl_worker *w, uint32_t i, enum hl_server server, bool answered,
		       bool was_lost)
{
	const struct line_cold *c = &w->cold[i];

	if (!answered && c->shunned >> server & 1)
		hold_end(w, i, server);
	else if (answered && was_lost && c->asked >> server & 1)
		hold_shorten(w, i, server);
}

void worker_probed_b(struct hl_worker *w, uint32_t i, bool answered)
{
	struct line_cold *c = &w->cold[i];

	probe_seen(w, i, HL_SERVER_B, answered, c->probed_b == PROBED_B_LOST);
	c->probed_b = answered ? PROBED_B_ANSWERED : PROBED_B_LOST;
}

static void publish_change(struct hl_worker *w, uint32_t i, uint8_t from, const struct hl_state *s,
			   uint16_t code)
{
	const struct hl_event event = {
		.at_ns = w->now_ns,
		.line = w->first + i,
		.from = from,
		.to = s->state,
		.server = s->server,
		.code = code,
	};
	if (!ring_push(&w->events, &event))
		count(&w->counters.limits[HL_LIMIT_EVENTS_LOST]);
	if (s->state == HL_PARK)
		count(&w->counters.parked);
}

// A switch to B because P failed, by the line itself, is what switch_spread is for.
static bool switch_spreads(const struct hl_worker *w, const struct line *l, uint8_t from,
			   enum failover_event event)
{
	return worker_profile(w, l)->switch_spread_ns != 0 &&
	       (from == HL_REG_P || from == HL_ON_P) &&
	       (event == FO_FAILED || event == FO_PROBE_LOST);
}

void worker_step(struct hl_worker *w, uint32_t i, enum failover_event event, uint16_t code)
{
	struct line *l = &w->lines[i];
	struct hl_state s = line_state(l);
	struct failover fo = {
		.state = s.state,
		.active = s.server,
		.fails = s.fails,
		.oks = s.oks,
		.tried = l->servers >> LINE_TRIED_SHIFT & 3,
		.lock = l->servers >> LINE_LOCK_SHIFT & 3,
	};
	enum hl_server asked = l->reg_server; // the one that failed, when it did

	if (l->servers >> LINE_HELD_SHIFT & 1 << HL_SERVER_P &&
	    (event == FO_PROBE_LOST || (event == FO_PROBE_OK && s.fails > 0)) && s.state != HL_SW_P)
		probe_seen(w, i, HL_SERVER_P, event == FO_PROBE_OK, s.fails > 0);
	uint8_t held = held_servers(w, i);

	// While P's schedule is full the return waits for a later probe; B stays refreshed.
	if (event == FO_PROBE_OK && s.state == HL_ON_B && !pace_server_free(w, l, HL_SERVER_P))
		held |= 1 << HL_SERVER_P;
	uint32_t actions = failover_step(&worker_profile(w, l)->policy, &fo, event, held);
	uint8_t from = s.state, fails = s.fails;

	s.state = fo.state;
	s.server = fo.active;
	s.fails = fo.fails;
	s.oks = fo.oks;
	s.locked = fo.lock != 0;
	if (code != HL_CODE_NONE)
		s.code = code;
	l->servers = (uint8_t)(fo.tried << LINE_TRIED_SHIFT | fo.lock << LINE_LOCK_SHIFT |
			       (l->servers & (3 << LINE_HELD_SHIFT | LINE_BEAT_LOST)));
	if (s.state != from) {
		const struct change change = { from, fo.state, fails, event, code, s.since_ms };

		worker_account(w, i, &change);
		s.since_ms = (uint32_t)((w->now_ns - w->options.start_ns) / 1000000);
		line_set_state(l, &s);
		publish_change(w, i, from, &s, code);
	} else {
		line_set_state(l, &s);
	}
	if (event == FO_FAILED && from != HL_SW_P && from != HL_OFF)
		shun(w, i, asked, code, s.oks > 0);
	if (actions & ACT_REGISTER_B && switch_spreads(w, l, from, event)) {
		worker_spread_switch(w, i);
		actions &= ~(uint32_t)ACT_REGISTER_B;
	}
	if (actions)
		worker_act(w, i, actions);
	// there that timer is a place in the queue: an operator does not wait for it
	if ((event == FO_FORCE_P || event == FO_FORCE_B) &&
	    (s.state == HL_SW_B || s.state == HL_REG_P) && l->more & LINE_REG_TIMER)
		worker_register_now(w, i);
}
