// SPDX-License-Identifier: BSD-3-Clause
// Feeds the failover machine with what the roles of a line emit, and passes on the rest.
#include "worker/driver.h"

#include "base/count.h"
#include "worker/account.h"
#include "worker/act.h"
#include "worker/hold.h"
#include "worker/pace.h"
#include "worker/probe.h"
#include "worker/stale.h"
#include "worker/unregister.h"

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

// A line that stands on P, and may use either server, hears this with each probe.
static bool count_answered_probe(struct line *l, struct hl_state *s, enum failover_event event,
				 uint16_t code)
{
	if (!failover_only_counts(s->state, event) || l->servers >> LINE_HELD_SHIFT & 3)
		return false;
	s->fails = 0;
	if (s->oks < FAILOVER_OKS_MAX)
		s->oks++;
	if (code != HL_CODE_NONE)
		s->code = code;
	line_set_state(l, s);
	return true;
}

static void step(struct hl_worker *w, uint32_t i, enum failover_event event, uint16_t code)
{
	struct line *l = &w->lines[i];
	struct hl_state s = line_state(l);

	if (count_answered_probe(l, &s, event, code))
		return;
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
		hold_probe_seen(w, i, HL_SERVER_P, event == FO_PROBE_OK, s.fails > 0);
	uint8_t held = l->servers >> LINE_HELD_SHIFT & 3 ? hold_servers(w, i) : 0;

	// While P's schedule is full, or in a pause, the return waits for a later probe; B stays
	// refreshed.
	if (event == FO_PROBE_OK && s.state == HL_ON_B &&
	    (w->paused || !pace_server_free(w, l, HL_SERVER_P)))
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

		account_change(w, i, &change);
		s.since_ms = (uint32_t)((w->now_ns - w->options.start_ns) / 1000000);
		line_set_state(l, &s);
		publish_change(w, i, from, &s, code);
	} else {
		line_set_state(l, &s);
	}
	if (event == FO_FAILED && from != HL_SW_P && from != HL_OFF)
		hold_shunned(w, i, asked, code, s.oks > 0);
	if (actions & ACT_REGISTER_B && switch_spreads(w, l, from, event)) {
		act_spread_switch(w, i);
		actions &= ~(uint32_t)ACT_REGISTER_B;
	}
	if (actions)
		line_act(w, i, actions);
	// there that timer is a place in the queue: an operator does not wait for it
	if ((event == FO_FORCE_P || event == FO_FORCE_B) &&
	    (s.state == HL_SW_B || s.state == HL_REG_P) && exchange_on_timer(&l->registration))
		act_turn(w, i);
}

static void serve(struct hl_worker *w, uint32_t i, const struct emitted *e)
{
	switch ((enum emitted_what)e->what) {
	case EMITTED_EVENT:
		step(w, i, e->event, e->code);
		break;
	case EMITTED_P_ANSWERS:
		if (line_state(&w->lines[i]).state == HL_DOWN)
			step(w, i, FO_PROBE_OK, HL_CODE_NONE);
		break;
	case EMITTED_PROBE_MOVES:
		if (probe_moves(w, i))
			step(w, i, FO_REFRESH, HL_CODE_NONE);
		break;
	case EMITTED_TURN:
		if (w->paused)
			act_wait_for_resume(w, i);
		else
			act_turn(w, i);
		break;
	case EMITTED_REGISTER:
		unregister_cancel(w, i, e->server);
		break;
	case EMITTED_STALE:
		unregister_begin(w, i, 1 << UNREGISTER_STALE);
		break;
	}
}

void driver_serve_emitted(struct hl_worker *w, uint32_t i)
{
	for (uint32_t k = 0; k < w->n_emitted; k++) {
		const struct emitted e = w->emitted[k];

		serve(w, i, &e);
	}
	w->n_emitted = 0;
}

void driver_event(struct hl_worker *w, uint32_t i, enum failover_event event, uint16_t code)
{
	step(w, i, event, code);
	driver_run(w, i);
}
