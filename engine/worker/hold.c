// SPDX-License-Identifier: BSD-3-Clause
// Servers that a line must not ask for a while: Retry-After, cool-down, failures of one that answers probes.
#include "worker/hold.h"

#include "worker/clock.h"
#include "worker/interval.h"

static bool is_over(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	return coarse_of(w, w->now_ns) >= w->cold[i].held_until[server];
}

// The cold part is only read when a hold was set.
uint8_t hold_servers(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	uint8_t held = l->servers >> LINE_HELD_SHIFT & 3;

	for (unsigned server = 0; held >> server; server++) {
		if (held >> server & 1 && is_over(w, i, server)) {
			held &= (uint8_t) ~(1u << server);
			l->servers &= (uint8_t) ~(1u << (LINE_HELD_SHIFT + server));
		}
	}
	return held;
}

static void end(struct hl_worker *w, uint32_t i, enum hl_server server)
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
	if (hold_servers(w, i) & bit && until < c->held_until[server])
		return;
	c->held_until[server] = until;
	c->asked = (uint8_t)((c->asked & ~bit) | (why == HOLD_ASKED ? bit : 0));
	c->shunned = (uint8_t)((c->shunned & ~bit) | (why == HOLD_SHUNNED ? bit : 0));
	w->lines[i].servers |= (uint8_t)(bit << LINE_HELD_SHIFT);
}

void hold_cool_p(struct hl_worker *w, uint32_t i)
{
	hold(w, i, HL_SERVER_P, HOLD_COOL,
	     interval_backoff_ns(w, worker_profile(w, &w->lines[i]), &w->cold[i].cools));
}

void hold_asked(struct hl_worker *w, uint32_t i, enum hl_server server, uint32_t retry_after_s)
{
	if (retry_after_s != SIP_NO_NUMBER)
		hold(w, i, server, HOLD_ASKED, interval_retry_after_ns(w, i, retry_after_s));
}

// A REGISTER has failed. A server that goes on answering probes must not draw another one at each
// answer (row 16): it is held for as long as a backoff takes, unless it is held already. Where it has
// refused the REGISTER by an answer it is alive, and no probe says more, however they come and go.
void hold_shunned(struct hl_worker *w, uint32_t i, enum hl_server server, uint16_t code,
		  bool p_answers)
{
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);
	bool answers = server == HL_SERVER_P ? p_answers : w->cold[i].probed_b == PROBED_B_ANSWERED;
	// what was wrong with a challenge is known of an answer, too
	bool refused = code >= HL_CODE_CHALLENGE && p->policy.probes;
	uint8_t n = w->cold[i].backoffs;

	if ((answers || (refused && n > 0)) && !(hold_servers(w, i) >> server & 1))
		hold(w, i, server, refused ? HOLD_COOL : HOLD_SHUNNED,
		     interval_backoff_ns(w, p, &n));
}

// A server that answers again after lost probes need not wait for the time that it named, but for as long
// as what failed so far makes a line wait: else one whose probes come and go draws a REGISTER each time.
static void hold_shorten(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	struct line_cold *c = &w->cold[i];
	uint8_t n = c->backoffs > c->cools ? c->backoffs : c->cools;

	if (n-- == 0) { // nothing has
		end(w, i, server);
		return;
	}
	uint32_t until = coarse_after(w,
				      interval_backoff_ns(w, worker_profile(w, &w->lines[i]), &n));
	if (until < c->held_until[server])
		c->held_until[server] = until;
	c->asked &= (uint8_t) ~(1u << server);
}

// A lost probe explains why a REGISTER was not answered: the server was dead, and may be asked as soon as
// it answers again.
void hold_probe_seen(struct hl_worker *w, uint32_t i, enum hl_server server, bool answered,
		     bool was_lost)
{
	const struct line_cold *c = &w->cold[i];

	if (!answered && c->shunned >> server & 1)
		end(w, i, server);
	else if (answered && was_lost && c->asked >> server & 1)
		hold_shorten(w, i, server);
}

void hold_probed_b(struct hl_worker *w, uint32_t i, bool answered)
{
	struct line_cold *c = &w->cold[i];

	hold_probe_seen(w, i, HL_SERVER_B, answered, c->probed_b == PROBED_B_LOST);
	c->probed_b = answered ? PROBED_B_ANSWERED : PROBED_B_LOST;
}
