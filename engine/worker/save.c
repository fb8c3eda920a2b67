// SPDX-License-Identifier: BSD-3-Clause
// Tells what survives of its lines: a bounded number at a time, into memory of who asks.
#include "worker/save.h"

#include <errno.h>

#include <heartline/saved.h>
#include "line/branch.h"
#include "worker/challenge.h"
#include "worker/clock.h"
#include "worker/quiescent.h"
#include "worker/registration.h"
#include "worker/saved_line.h"
#include "worker/slot.h"
#include "worker/target.h"

#define SAVE_LINES 128     // looked at by one call: some 40 us
#define BLOCK_HEAD_BYTES 8 // hl_saved_block() writes it
static_assert(SAVED_LINE_BYTES_MAX < HL_SAVED_BLOCK_BYTES, "each block takes a line");

void save_identity(const struct hl_worker *w, uint32_t i, uint64_t identity[2])
{
	const struct line *l = &w->lines[i];
	const struct plan_domain *domain = worker_domain(w, l);
	const struct plan_identity *id = &w->plan->table.identities[w->first + i];
	const struct saved_who who = {
		.profile = worker_profile(w, l)->name_hash,
		.domain = { domain->uri, domain->uri_len },
		.number = { id->text, id->user_len },
		.account = { id->text + id->user_len + id->display_len, id->account_len },
	};

	saved_identity(&who, identity);
}

static uint32_t limited(uint64_t ms)
{
	return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

static uint32_t tick_ms(const struct hl_worker *w, const struct saved_line *s, uint32_t at)
{
	uint64_t left_ms = tick_before(w->now, at)
				   ? ((uint64_t)(at - w->now) << TICK_SHIFT) / 1000000
				   : 0;

	return limited(s->saved_ms + left_ms);
}

// Coarse times are rounded up: a step less, so that nothing is trusted for too long.
static uint32_t coarse_ms(const struct hl_worker *w, const struct saved_line *s, uint32_t until)
{
	uint32_t now = coarse_of(w, w->now_ns);

	return until <= now + 1
		       ? 0
		       : limited(s->saved_ms +
				 (((uint64_t)(until - now - 1) << COARSE_SHIFT) / 1000000));
}

static void server_tell(const struct hl_worker *w, uint32_t i, enum hl_server server,
			struct saved_line *s)
{
	const struct line *l = &w->lines[i];
	const struct line_cold *c = &w->cold[i];
	const struct plan_endpoint *at = target_endpoint(w, i, server, l->target[server]);
	struct saved_server *to = &s->servers[server];

	if ((c->bound | c->maybe_bound) >> server & 1)
		to->bound_ms = coarse_ms(w, s, c->bound_until[server]);
	if (s->held >> server & 1)
		to->held_ms = coarse_ms(w, s, c->held_until[server]);
	if (registration_is_open(w, i, server) && !(c->bound >> server & 1)) { // it may be heard
		s->maybe_bound |= (uint8_t)(1u << server);
		to->bound_ms = limited(s->saved_ms +
				       registration_expires_s(w, i, server) * 1000ull);
	}
	to->granted_s = w->notes[i].granted_s[server];
	to->expires_s = c->expires_s[server];
	if (at)
		to->at = at->at;
	s->n_challenges += (uint8_t)challenge_tell(w, i, server, &s->challenges[s->n_challenges]);
}

static void line_tell(const struct hl_worker *w, uint32_t i, uint64_t base_ns, struct saved_line *s)
{
	const struct line *l = &w->lines[i];
	const struct line_cold *c = &w->cold[i];
	const struct hl_state state = line_state(l);
	const uint64_t since_ns = w->now_ns > base_ns ? w->now_ns - base_ns : 0;

	*s = (struct saved_line){
		.call_id = line_table_call_id(&w->plan->table, w->first + i),
		.place = { w->plan->table.addresses[l->addr].addr, l->port },
		.saved_ms = limited(since_ns / 1000000),
		.number = l->cseq,
		.epochs = { c->epochs[HL_SERVER_P], c->epochs[HL_SERVER_B] },
		.code = state.code,
		.state = state.state,
		.lock = l->servers >> LINE_LOCK_SHIFT & 3,
		.bound = c->bound,
		.maybe_bound = c->maybe_bound,
		.held = l->servers >> LINE_HELD_SHIFT & 3,
		.asked = c->asked,
		.shunned = c->shunned,
		.cools = c->cools,
	};
	save_identity(w, i, s->identity);
	s->refresh_ms = tick_ms(w, s, c->refresh_at);
	if (state.state == HL_HOLD_B)
		s->return_ms = tick_ms(w, s, c->hold_at);
	for (unsigned server = 0; server < HL_SERVERS; server++)
		server_tell(w, i, server, s);
}

static void answer(struct hl_worker *w, struct hl_save *save)
{
	uint32_t i = save->next > w->first ? save->next - w->first : 0;
	uint32_t end = i + SAVE_LINES < w->n ? i + SAVE_LINES : w->n;
	struct saved_line line;

	save->len = BLOCK_HEAD_BYTES;
	save->n_lines = 0;
	for (; i < end && save->len + SAVED_LINE_BYTES_MAX <= HL_SAVED_BLOCK_BYTES; i++) {
		if (!slot_has_line(w, i))
			continue;
		line_tell(w, i, save->base_ns, &line);
		uint32_t len = saved_line_write(&line, save->block + save->len,
						HL_SAVED_BLOCK_BYTES - save->len);
		save->len += len;
		save->n_lines += len > 0;
	}
	save->next = w->first + i;
}

void save_answer(struct hl_worker *w)
{
	answer(w, w->save);
	atomic_store_explicit(&w->save_answered, true, memory_order_release);
}

int hl_worker_save(struct hl_worker *w, struct hl_save *save)
{
	const struct hl_command command = { .type = HL_COMMAND_SAVE };

	w->save = save;
	atomic_store_explicit(&w->save_answered, false, memory_order_relaxed);
	return hl_worker_command(w, &command); // from here on it is the worker's
}

bool hl_worker_saved(const struct hl_worker *w)
{
	return atomic_load_explicit((_Atomic bool *)&w->save_answered, memory_order_acquire);
}

void hl_worker_save_now(struct hl_worker *w, struct hl_save *save, uint64_t now_ns)
{
	quiescent_pass(w); // it rests, and holds no constants
	clock_set(w, now_ns);
	answer(w, save);
	hl_worker_rest(w);
}
