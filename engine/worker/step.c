// SPDX-License-Identifier: BSD-3-Clause
// One event of one line: unpack the state word, ask the machine, store the word, act.
#include "worker/worker.h"

static bool hold_is_over(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	return !tick_before(w->now, w->cold[i].held_until[server]);
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

void worker_hold_server(struct hl_worker *w, uint32_t i, enum hl_server server, uint64_t span_ns)
{
	uint32_t until = w->now + tick_span_ns(span_ns);

	// a cool-down does not shorten a Retry-After, nor the other way round
	if (held_servers(w, i) >> server & 1 && tick_before(until, w->cold[i].held_until[server]))
		return;
	w->cold[i].held_until[server] = until;
	w->lines[i].servers |= (uint8_t)(1u << (LINE_HELD_SHIFT + server));
}

static void publish_change(struct hl_worker *w, uint32_t i, uint8_t from, const struct hl_state *s)
{
	const struct hl_event event = {
		.at_ns = w->now_ns,
		.line = w->first + i,
		.from = from,
		.to = s->state,
		.server = s->server,
		.code = s->code,
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
	uint8_t held = held_servers(w, i);

	// While P's schedule is full the return waits for a later probe; B stays refreshed.
	if (event == FO_PROBE_OK && s.state == HL_ON_B && !pace_server_free(w, l, HL_SERVER_P))
		held |= 1 << HL_SERVER_P;
	uint32_t actions = failover_step(&worker_profile(w, l)->policy, &fo, event, held);
	uint8_t from = s.state;

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
		s.since_ms = (uint32_t)((w->now_ns - w->options.start_ns) / 1000000);
		line_set_state(l, &s);
		publish_change(w, i, from, &s);
	} else {
		line_set_state(l, &s);
	}
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
