// SPDX-License-Identifier: BSD-3-Clause
// Slots that get a line, and give it up.
#include "worker/slot.h"

#include "line/streams.h"
#include "worker/account.h"
#include "worker/challenge.h"
#include "worker/clock.h"
#include "worker/request.h"
#include "worker/registration.h"

#define QUARANTINE_NS (64 * 500000000ull) // 64 * T1
#define RETRY_NS 1000000000ull            // the ring of removed slots was full

// elsewhere: what is said of a slot of another worker.
static int64_t find(const struct hl_worker *w, int64_t line, int64_t elsewhere)
{
	if (line < 0)
		return -1;
	line -= w->first;
	if (line < 0 || line >= w->n)
		return elsewhere;
	return line_state(&w->lines[line]).slot == HL_SLOT_FREE ? -1 : line;
}

int64_t slot_find(const struct hl_worker *w, uint16_t link, const struct hl_endpoint *own)
{
	return find(w, plan_line_find(w->plan, link, own), -1);
}

bool slot_is_taken(const struct hl_worker *w, uint32_t address, uint16_t port)
{
	return find(w, line_table_find(&w->plan->table, address, port), w->n) >= 0;
}

static void set_slot(struct hl_worker *w, uint32_t i, enum hl_slot slot)
{
	const struct hl_state s = {
		.state = HL_OFF,
		.server = HL_SERVER_NONE,
		.slot = slot,
		.since_ms = (uint32_t)((w->now_ns - w->options.start_ns) / 1000000),
	};

	line_set_state(&w->lines[i], &s);
}

void slot_add(struct hl_worker *w, uint32_t i)
{
	if (line_state(&w->lines[i]).slot != HL_SLOT_FREE)
		return;
	w->lines[i].shape = w->plan->table.lines[w->first + i].shape;
	set_slot(w, i, HL_SLOT_LINE);
}

static void wait(struct hl_worker *w, uint32_t i, uint64_t span_ns)
{
	struct line_cold *c = &w->cold[i];

	c->hold_at = w->now + tick_span_ns(span_ns);
	c->flags |= COLD_HOLD;
	w->lines[i].flags |= LINE_RARE_CHANGED;
}

// A REGISTER that was given up unanswered may have been heard, also where an earlier one has bound the line
// for a shorter time.
static void expect_longest(struct hl_worker *w, uint32_t i)
{
	struct line_cold *c = &w->cold[i];

	for (unsigned server = 0; server < HL_SERVERS; server++) {
		uint32_t until = coarse_after(w,
					      registration_expires_s(w, i, server) * 1000000000ull);

		if (c->maybe_bound >> server & 1 && until > c->bound_until[server])
			c->bound_until[server] = until;
	}
}

void slot_remove(struct hl_worker *w, uint32_t i)
{
	struct hl_state s = line_state(&w->lines[i]);

	expect_longest(w, i);
	s.slot = HL_SLOT_REMOVED;
	line_set_state(&w->lines[i], &s);
	wait(w, i, QUARANTINE_NS);
}

void slot_settled(struct hl_worker *w, uint32_t i)
{
	if (line_state(&w->lines[i]).slot == HL_SLOT_REMOVED)
		wait(w, i, QUARANTINE_NS);
}

// Servers that may hold a binding of the line which has not run out.
static uint8_t bound_at(const struct hl_worker *w, const struct line_cold *c)
{
	uint8_t servers = c->bound | c->maybe_bound;

	for (unsigned server = 0; server < HL_SERVERS; server++)
		if (coarse_of(w, w->now_ns) >= c->bound_until[server])
			servers &= (uint8_t) ~(1u << server);
	return servers;
}

// The next line of the slot begins with nothing but the numbers that must not come again, those of its
// Call-IDs: a registrar would take its first REGISTER for an old one (RFC 3261 10.3, step 7).
static void forget(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	struct line_cold *c = &w->cold[i];
	const struct line_cold fresh = {
		.epochs = { (uint16_t)(c->epochs[0] + 1), (uint16_t)(c->epochs[1] + 1) },
	};

	for (unsigned server = 0; server < HL_SERVERS; server++)
		challenge_forget(w, i, server);
	l->registration = l->probe = (struct exchange){ 0 };
	l->cseq = l->rare_at = 0;
	l->flags = l->servers = 0;
	l->target[HL_SERVER_P] = l->target[HL_SERVER_B] = PLAN_NO_TARGET;
	l->reg_server = l->probe_target = 0;
	l->generation++;
	*c = fresh;
	w->notes[i] = (struct line_notes){ 0 };
	account_forget(w, i);
	if (w->streams)
		w->streams[i] = (struct line_streams){ 0 };
	for (uint32_t k = 0; k < w->n_rare; k++)
		if (w->rare[k]->store == STORE_OWN)
			memset(request_exchange(w, i, w->rare[k]), 0, w->rare[k]->bytes);
	if (w->dialogs)
		w->dialogs[i].tag_len = w->dialogs[i].target_len = 0;
}

uint8_t slot_due(struct hl_worker *w, uint32_t i)
{
	const struct line_cold *c = &w->cold[i];
	uint32_t slot = w->first + i;
	bool asks = exchange_is_open(&c->unregister) || w->lines[i].flags & LINE_READY;
	uint8_t bound = bound_at(w, c);

	if (asks || bound) {
		wait(w, i, QUARANTINE_NS);
		return asks ? 0 : bound;
	}
	if (ring_full(&w->removed)) {
		wait(w, i, RETRY_NS);
		return 0;
	}
	forget(w, i);
	set_slot(w, i, HL_SLOT_FREE);
	ring_push(&w->removed, &slot); // from here on the plan's texts of the line are not read
	return 0;
}
