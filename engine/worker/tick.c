// SPDX-License-Identifier: BSD-3-Clause
// What time brings: replies from the full parser, commands, lines that wait, timers. Bounded per
// call.
#include "line/branch.h"
#include "timer/wheel.h"
#include "worker/address.h"
#include "worker/arm.h"
#include "worker/challenge.h"
#include "worker/clock.h"
#include "worker/command.h"
#include "worker/drop.h"
#include "worker/due.h"
#include "worker/flush.h"
#include "worker/fragment.h"
#include "worker/hop.h"
#include "worker/lease.h"
#include "worker/pace.h"
#include "worker/quiescent.h"
#include "worker/reply.h"
#include "worker/worker.h"
#include "worker/write.h"

#define TICK_LINES 64 // lines served by one call
#define TEXTS_AHEAD 4
#define LINE_SENDS 3 // frames that one line may send when it is due

static uint32_t room_for_lines(const struct hl_worker *w)
{
	uint32_t lines = (uint32_t)(w->tx->cap - w->tx->n) / LINE_SENDS;

	return lines < TICK_LINES ? lines : TICK_LINES;
}

static void serve_slow_replies(struct hl_worker *w)
{
	struct slow_reply *s = &w->slow_in;

	for (int k = 0; k < 8 && room_for_lines(w) && ring_pop(&w->slow_replies, s); k++) {
		enum hl_drop drop = HL_DROP_UNKNOWN_BRANCH;
		struct branch branch;

		// the slices still point to where the control thread had it
		parse_rebase(&s->parsed, &w->slow_reply.parsed);
		if (reply_line(w, &s->parsed.reply, &branch))
			drop = reply_serve(w, &branch, &s->src, &s->dst, &s->parsed.reply);
		if (drop != HL_DROP_NONE) // its text was left with the full parser
			drop_text(w, drop, s->at_ns, &s->src, NULL, 0);
	}
}

static void serve_ready(struct hl_worker *w)
{
	uint32_t waiting = ready_count(w);

	for (uint32_t k = 0; k < TICK_LINES && waiting; k++, waiting--) {
		if (!pace_allows(w) || room_for_lines(w) == 0)
			return;
		uint32_t i = w->ready[w->ready_tail++ & w->ready_mask];

		w->lines[i].flags &= (uint8_t)~LINE_READY;
		line_flush(w, i);
	}
}

// The texts of a line that is due; and what a registration needs, when it is one that is.
static void fetch_texts(const struct hl_worker *w, uint32_t i)
{
	const struct line *l = &w->lines[i];

	__builtin_prefetch(w->plan->table.identities[w->first + i].text);
	if (exchange_on_timer(&l->registration) && !tick_before(w->now, l->registration.at)) {
		__builtin_prefetch(&w->cold[i], 1);
		challenge_prefetch(w, i, l->reg_server);
	}
}

static void serve_timers(struct hl_worker *w)
{
	uint32_t ids[TICK_LINES];
	bool done;
	uint32_t n = wheel_expire(w->wheel, w->tick, ids, room_for_lines(w), &done);

	for (uint32_t k = 0; k < n; k++) { // 1: what a request needs is on its way
		__builtin_prefetch(&w->lines[ids[k]], 1);
		__builtin_prefetch(&w->plan->table.identities[w->first + ids[k]]);
	}
	for (uint32_t k = 0; k < n; k++) { // 2: it is here, but for what those to come lead to
		if (k + TEXTS_AHEAD < n)
			fetch_texts(w, ids[k + TEXTS_AHEAD]);
		line_due(w, ids[k]);
	}
}

void hl_worker_tick(struct hl_worker *w, struct hl_burst *tx, uint64_t now_ns)
{
	quiescent_pass(w);
	w->tx = tx;
	clock_set(w, now_ns);
	pace_begin(w);
	w->frame = NULL;
	uint16_t from = tx->n;
	if (w->leads) {
		neigh_tick(w->neighbours, tx, now_ns);
		address_announce(w);
		lease_serve(w);
	}
	serve_slow_replies(w);
	hop_serve(w);
	serve_ready(w);
	serve_timers(w);
	command_serve(w);
	if (w->reassembly->open > 0)
		fragment_expire(w);
	write_burst_end(w, from);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t hl_worker_next(const struct hl_worker *w, uint64_t now_ns)
{
	uint64_t next = wheel_next(w->wheel);

	// the first nanosecond of the tick: then the wheel lets it go
	next = next == UINT64_MAX ? next : (next + w->skipped) << TICK_SHIFT;
	if (ready_count(w))
		next = earlier(next, pace_next_ns(w));
	if (w->leads) {
		next = earlier(next, neigh_next(w->neighbours));
		if (w->announced < w->plan->table.n_addresses)
			next = earlier(next, w->announce_ns);
		next = earlier(next, lease_next(w));
	}
	next = earlier(next, command_next(w));
	if (!ring_empty((struct ring *)&w->slow_replies) || hop_has_changed(w))
		next = now_ns;
	return next > now_ns ? next : now_ns;
}
