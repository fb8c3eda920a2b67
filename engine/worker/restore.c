// SPDX-License-Identifier: BSD-3-Clause
// Takes a line up from what was saved of it: only what can be relied on, and nothing for longer than it was
// granted. What was sent after it was saved is not known, so numbers go ahead of all that may have been.
#include "worker/restore.h"

#include "line/branch.h"
#include "worker/account.h"
#include "worker/arm.h"
#include "worker/challenge.h"
#include "worker/clock.h"
#include "worker/probe.h"
#include "worker/registration.h"
#include "worker/saved_line.h"

// More than a line sends: 100 probes a second at the most, and some more. What is added once covers a wall clock
// that was set back a little between two starts of the machine.
#define NUMBERS_AHEAD 65536
#define NUMBERS_A_SECOND 256
// Requests that are signed are fewer: two refreshes a second at the most, some unregistering. Servers that keep
// a window of counts (Kamailio: 255) go on with a restart that was short.
#define NC_AHEAD 64
#define NC_A_SECOND 4
#define NONCE_LIFE_MS 600000 // no server keeps one for so long without a request

struct line_taking {
	struct hl_worker *w;
	uint32_t i;
	const struct saved_line *saved;
	const struct restoring *r;
};

// A time of the file, from now on; 0: it is over.
static uint64_t left_ms(const struct line_taking *t, uint32_t at_ms)
{
	return at_ms > t->r->age_ms ? at_ms - t->r->age_ms : 0;
}

static uint32_t coarse_left(const struct line_taking *t, uint64_t ms)
{
	return coarse_of(t->w, t->w->now_ns + ms * 1000000);
}

// Call-ID and CSeq (RFC 3261 10.2, 8.1.1.5). Where the numbers would end, the line keeps its new Call-ID.
static void take_numbers(const struct line_taking *t)
{
	struct hl_worker *w = t->w;
	const uint32_t line = w->first + t->i;
	const uint64_t ahead = NUMBERS_AHEAD + NUMBERS_A_SECOND * (t->r->age_ms / 1000 + 1);
	const struct saved_line *s = t->saved;
	struct line_cold *c = &w->cold[t->i];

	if (s->number + ahead >= NUMBER_EPOCH)
		return;
	w->plan->table.call_ids[line] = s->call_id ^ (uint64_t)line << 1;
	w->lines[t->i].cseq = (uint32_t)(s->number + ahead);
	for (unsigned server = 0; server < HL_SERVERS; server++)
		c->epochs[server] = s->epochs[server];
	if (worker_profile(w, &w->lines[t->i])->full_registration)
		for (unsigned server = 0; server < HL_SERVERS; server++)
			c->epochs[server] += (uint16_t)(t->r->age_ms / 1000 + 1);
}

static uint8_t find_target(const struct line_taking *t, enum hl_server server)
{
	const struct plan_server *s = &worker_servers(t->w, &t->w->lines[t->i])[server];
	const struct hl_endpoint *at = &t->saved->servers[server].at;
	uint32_t n = atomic_load_explicit((_Atomic uint32_t *)&s->n_endpoints,
					  memory_order_acquire);

	for (uint32_t k = 0; at->addr.family != HL_FAMILY_NONE && k < n; k++)
		if (s->endpoints[k].at.port == at->port &&
		    hl_addr_equal(&s->endpoints[k].at.addr, &at->addr))
			return (uint8_t)k;
	return PLAN_NO_TARGET;
}

static bool has_server(const struct line_taking *t, enum hl_server server)
{
	const struct plan_profile *p = worker_profile(t->w, &t->w->lines[t->i]);

	return server == HL_SERVER_P || p->policy.has_backup;
}

// What is known of a server: its bindings, holds, demands.
static void take_server(const struct line_taking *t, enum hl_server server)
{
	const struct saved_server *s = &t->saved->servers[server];
	struct line *l = &t->w->lines[t->i];
	struct line_cold *c = &t->w->cold[t->i];
	const uint8_t bit = (uint8_t)(1u << server);
	const uint64_t held_ms = left_ms(t, s->held_ms);
	uint64_t bound_ms = left_ms(t, s->bound_ms);

	l->target[server] = find_target(t, server);
	if (l->target[server] == PLAN_NO_TARGET)
		return;
	c->expires_s[server] = s->expires_s;
	t->w->notes[t->i].granted_s[server] = s->granted_s;
	if (t->saved->bound & bit && bound_ms > s->granted_s * 1000ull)
		bound_ms = s->granted_s * 1000ull;
	if (bound_ms > 0) {
		c->bound |= t->saved->bound & bit;
		c->maybe_bound |= t->saved->maybe_bound & bit;
		c->bound_until[server] = coarse_left(t, bound_ms);
	}
	if (held_ms > 0 && t->saved->held & bit) {
		l->servers |= (uint8_t)(bit << LINE_HELD_SHIFT);
		c->held_until[server] = coarse_left(t, held_ms);
		c->asked |= t->saved->asked & bit;
		c->shunned |= t->saved->shunned & bit;
	}
}

// A count that may have been used is not used again (RFC 7616 3.4).
static void take_challenges(const struct line_taking *t)
{
	const uint64_t ahead = NC_AHEAD + NC_A_SECOND * (t->r->age_ms / 1000 + 1);

	for (unsigned k = 0; k < t->saved->n_challenges && t->r->age_ms < NONCE_LIFE_MS; k++) {
		struct saved_challenge c = t->saved->challenges[k];

		if (t->w->lines[t->i].target[c.server] == PLAN_NO_TARGET ||
		    c.nc + ahead >= UINT32_MAX / 2)
			continue;
		c.nc += (uint32_t)ahead;
		challenge_take_up(t->w, t->i, &c);
	}
}

static void take_lock(const struct line_taking *t)
{
	uint8_t lock = t->saved->lock;

	if (lock > 0 && has_server(t, (enum hl_server)(lock - 1)))
		t->w->lines[t->i].servers |= (uint8_t)(lock << LINE_LOCK_SHIFT);
}

// The server that had the line; NONE: no registration was sure.
static enum hl_server registered_at(uint8_t state)
{
	if (state == HL_ON_P)
		return HL_SERVER_P;
	return state == HL_ON_B || state == HL_HOLD_B || state == HL_SW_P ? HL_SERVER_B
									  : HL_SERVER_NONE;
}

static enum hl_taken look(const struct line_taking *t, enum hl_server server)
{
	const struct line *l = &t->w->lines[t->i];
	const struct hl_endpoint place = { t->w->plan->table.addresses[l->addr].addr, l->port };
	const struct saved_line *s = t->saved;

	if (server == HL_SERVER_NONE || !(s->bound >> server & 1))
		return HL_TAKEN_NONE;
	if (left_ms(t, s->servers[server].bound_ms) == 0)
		return HL_TAKEN_EXPIRED;
	if (place.port != s->place.port || !hl_addr_equal(&place.addr, &s->place.addr))
		return HL_TAKEN_PLACE;
	if (!has_server(t, server) || find_target(t, server) == PLAN_NO_TARGET)
		return HL_TAKEN_SERVER;
	return HL_TAKEN_UP;
}

// What is overdue is spread, but so that it leaves while the binding lasts.
static uint32_t due_at(const struct line_taking *t, uint64_t due_ms, uint64_t lasts_ms)
{
	uint64_t span_ns = t->r->spread_ns;

	if (due_ms > 0)
		return t->w->now + tick_span_ns((due_ms < lasts_ms ? due_ms : lasts_ms) * 1000000);
	if (span_ns > lasts_ms * 1000000 / 2)
		span_ns = lasts_ms * 1000000 / 2;
	return t->w->now + tick_span_ns(rng_next(&t->w->rng) % (span_ns + 1));
}

static bool goes_on_waiting(const struct line_taking *t)
{
	const struct plan_profile *p = worker_profile(t->w, &t->w->lines[t->i]);

	return t->saved->state == HL_HOLD_B && p->policy.probes && !p->policy.prefer_primary;
}

static void take_return(const struct line_taking *t, uint64_t lasts_ms)
{
	const struct plan_profile *p = worker_profile(t->w, &t->w->lines[t->i]);
	struct line_cold *c = &t->w->cold[t->i];
	uint64_t left = left_ms(t, t->saved->return_ms), most = p->return_delay_ns / 1000000;

	c->hold_at = due_at(t, left < most ? left : most, left > 0 ? left : lasts_ms);
	c->flags |= COLD_HOLD;
	t->w->lines[t->i].flags |= LINE_RARE_CHANGED;
}

// The line is on, as after the 2xx that its server gave it then. What runs beside the registration begins with
// HL_COMMAND_ENABLE.
static void go_on(const struct line_taking *t, enum hl_server server)
{
	struct hl_worker *w = t->w;
	struct line *l = &w->lines[t->i];
	const struct saved_server *at = &t->saved->servers[server];
	const uint64_t granted_ms = at->granted_s * 1000ull;
	uint64_t lasts_ms = left_ms(t, at->bound_ms);
	struct hl_state s = line_state(l);

	if (lasts_ms > granted_ms)
		lasts_ms = granted_ms;
	s.state = server == HL_SERVER_P ? HL_ON_P : goes_on_waiting(t) ? HL_HOLD_B : HL_ON_B;
	s.server = server;
	s.locked = (l->servers >> LINE_LOCK_SHIFT & 3) != 0;
	s.code = t->saved->code;
	s.since_ms = (uint32_t)((w->now_ns - w->options.start_ns) / 1000000);
	line_set_state(l, &s);
	l->reg_server = server & 1;
	w->cold[t->i].cools = t->saved->cools;
	w->cold[t->i].refresh_at = due_at(t, left_ms(t, t->saved->refresh_ms), lasts_ms);
	registration_set_timer(w, t->i, w->cold[t->i].refresh_at);
	if (s.state == HL_HOLD_B)
		take_return(t, lasts_ms);
	if (worker_profile(w, l)->policy.probes)
		probe_start(w, t->i);
	account_taken_up(w, t->i);
	line_arm(w, t->i);
}

enum hl_taken restore_line(struct hl_worker *w, uint32_t i, const struct saved_line *saved,
			   const struct restoring *r)
{
	const struct line_taking t = { w, i, saved, r };
	const enum hl_server server = registered_at(saved->state);

	if (!r->age_known)
		return HL_TAKEN_CLOCK;
	take_numbers(&t);
	take_lock(&t);
	enum hl_taken taken = look(&t, server);
	if (taken == HL_TAKEN_PLACE) // what servers have of it is of another Contact
		return taken;
	for (unsigned k = 0; k < HL_SERVERS; k++)
		take_server(&t, k);
	take_challenges(&t);
	if (taken == HL_TAKEN_UP)
		go_on(&t, server);
	return taken;
}
