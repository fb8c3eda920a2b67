// SPDX-License-Identifier: BSD-3-Clause
// Answers questions about one line, between two bursts: only its owner may read all of it.
//
// A question goes to the worker as a command, which names a place; the answer is written there, and stands
// until the control thread has taken it. So nobody waits for anybody, and who asked may leave.
#include "worker/detail.h"

#include <errno.h>

#include "line/branch.h"
#include "line/streams.h"
#include "worker/clock.h"
#include "worker/kinds.h"
#include "worker/registration.h"
#include "worker/request.h"
#include "worker/slot.h"

static_assert(2 * REQUEST_KINDS + 2 <= HL_DUES_MAX, "two times of each kind, a keepalive, a hold");

#define KIND_NAME(name, role) [KIND_##name] = #name,
static const char *const kind_names[REQUEST_KINDS] = { REQUEST_KIND_LIST(KIND_NAME) };

const char *hl_due_name(enum hl_due_what what)
{
	static const char *const names[HL_DUE_WHATS] = {
		[HL_DUE_SEND] = "to be sent",
		[HL_DUE_NEXT] = "next",
		[HL_DUE_REFRESH] = "refresh",
		[HL_DUE_RETRANSMISSION] = "retransmission",
		[HL_DUE_GIVE_UP] = "give-up",
		[HL_DUE_RETURN] = "return",
		[HL_DUE_RETURN_END] = "end of the return",
	};

	return what < HL_DUE_WHATS ? names[what] : "";
}

static void due_add(struct hl_line_detail *d, enum hl_due_what what, const char *of, uint64_t in_ms)
{
	uint32_t at = d->n_dues++;

	for (; at > 0 && d->dues[at - 1].in_ms > in_ms; at--)
		d->dues[at] = d->dues[at - 1];
	d->dues[at] = (struct hl_due){ what, of, in_ms };
}

static uint64_t until_ms(const struct hl_worker *w, uint32_t at)
{
	return tick_before(w->now, at) ? ((uint64_t)(at - w->now) << TICK_SHIFT) / 1000000 : 0;
}

static bool is_refresh(const struct hl_worker *w, uint32_t i, enum request_kind kind)
{
	uint8_t state = line_state(&w->lines[i]).state;

	return kind == KIND_REGISTER && state_is_settled(state);
}

static void exchange_tell(const struct hl_worker *w, uint32_t i, const struct request_ops *ops,
			  struct hl_line_detail *d)
{
	const struct exchange *e = request_exchange(w, i, ops);
	const char *of = kind_names[ops->kind];

	if (!e)
		return;
	if (exchange_to_send(e)) {
		due_add(d, HL_DUE_SEND, of, 0);
	} else if (exchange_on_timer(e)) {
		due_add(d, is_refresh(w, i, ops->kind) ? HL_DUE_REFRESH : HL_DUE_NEXT, of,
			until_ms(w, e->at));
	} else if (exchange_is_out(e)) {
		if (exchange_has_left(e) && tick_before(e->at, e->end))
			due_add(d, HL_DUE_RETRANSMISSION, of, until_ms(w, e->at));
		due_add(d, HL_DUE_GIVE_UP, of, until_ms(w, e->end));
	}
}

static void dues_tell(const struct hl_worker *w, uint32_t i, struct hl_line_detail *d)
{
	const struct line_cold *c = &w->cold[i];
	bool returns = line_state(&w->lines[i]).state == HL_SW_P;

	for (unsigned kind = 0; kind < REQUEST_KINDS; kind++)
		exchange_tell(w, i, request_kinds[kind], d);
	if (w->streams && w->streams[i].flags & STREAM_NAT)
		due_add(d, HL_DUE_NEXT, "NAT_KEEPALIVE", until_ms(w, w->streams[i].nat_at));
	if (c->flags & COLD_HOLD)
		due_add(d, returns ? HL_DUE_RETURN_END : HL_DUE_RETURN, "REGISTER",
			until_ms(w, c->hold_at));
}

static uint64_t coarse_ms(uint32_t span)
{
	return ((uint64_t)span << COARSE_SHIFT) / 1000000;
}

static void nonce_tell(const struct hl_worker *w, uint32_t i, enum hl_server server,
		       struct hl_binding *b)
{
	const struct auth *auth = &w->auth[(size_t)i * HL_SERVERS + server];

	b->has_nonce = auth->known && auth->usable;
	if (!b->has_nonce)
		return;
	b->nonce_age_ms = coarse_ms(coarse_of(w, w->now_ns) - w->notes[i].nonce_at[server]);
	b->nonce_uses = auth->nc;
}

static void binding_tell(const struct hl_worker *w, uint32_t i, enum hl_server server,
			 struct hl_binding *b)
{
	const struct line *l = &w->lines[i];
	const struct line_cold *c = &w->cold[i];
	const struct plan_endpoint *at = target_endpoint(
		w, i, server, target_or_choice(w, i, server, l->target[server]));
	uint32_t now = coarse_of(w, w->now_ns);
	bool runs = now < c->bound_until[server];

	b->bound = runs && c->bound >> server & 1;
	b->maybe = runs && !b->bound && c->maybe_bound >> server & 1;
	b->left_ms = b->bound || b->maybe ? coarse_ms(c->bound_until[server] - now) : 0;
	b->granted_s = w->notes[i].granted_s[server];
	b->asked_s = registration_expires_s(w, i, server);
	if (at)
		b->server = at->at;
	nonce_tell(w, i, server, b);
}

void detail_answer(struct hl_worker *w, uint32_t place)
{
	struct ask *ask = &w->asks[place];
	uint32_t i = ask->line - w->first;

	ask->detail = (struct hl_line_detail){ .is_line = slot_has_line(w, i) };
	if (ask->detail.is_line) {
		for (unsigned server = 0; server < HL_SERVERS; server++)
			binding_tell(w, i, server, &ask->detail.bindings[server]);
		dues_tell(w, i, &ask->detail);
	}
	atomic_store_explicit(&ask->state, ASK_ANSWERED, memory_order_release);
}

static enum ask_state state_of(const struct ask *ask)
{
	return atomic_load_explicit((_Atomic uint32_t *)&ask->state, memory_order_acquire);
}

static bool is_free(const struct ask *ask)
{
	enum ask_state state = state_of(ask);

	return state == ASK_FREE || (ask->forgotten && state == ASK_ANSWERED);
}

int hl_worker_ask(struct hl_worker *w, uint32_t line)
{
	struct hl_command command = { .type = HL_COMMAND_TELL, .first = line };
	uint32_t k = 0;

	if (line - w->first >= w->n)
		return -EINVAL;
	while (k < HL_ASKS && !is_free(&w->asks[k]))
		k++;
	if (k == HL_ASKS)
		return -EAGAIN;
	w->asks[k].line = line;
	w->asks[k].forgotten = false;
	atomic_store_explicit(&w->asks[k].state, ASK_ASKED, memory_order_relaxed);
	command.n = k;
	if (hl_worker_command(w, &command) == 0) // from here on it is the worker's
		return (int)k;
	atomic_store_explicit(&w->asks[k].state, ASK_FREE, memory_order_relaxed);
	return -EAGAIN;
}

bool hl_worker_answer(struct hl_worker *w, int place, struct hl_line_detail *detail)
{
	struct ask *ask = &w->asks[place];

	if (state_of(ask) != ASK_ANSWERED)
		return false;
	*detail = ask->detail;
	atomic_store_explicit(&ask->state, ASK_FREE, memory_order_relaxed);
	return true;
}

void hl_worker_forget_ask(struct hl_worker *w, int place)
{
	w->asks[place].forgotten = true;
}
