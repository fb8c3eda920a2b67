// SPDX-License-Identifier: BSD-3-Clause
// Unregister at servers that were left: best effort, never waited for, one at a time
// (FAILOVER.md section 4).
#include "worker/worker.h"

#define BYE_FLAGS (LINE_BYE_OUT | LINE_BYE_SEND)

static bool bye_under_way(const struct line *l)
{
	return l->flags & BYE_FLAGS;
}

// The last one is over: is a stopped line free of bindings?
static void bye_settled(struct hl_worker *w, uint32_t i)
{
	w->byes--;
	if (line_state(&w->lines[i]).state == HL_OFF && w->cold[i].bound == 0 &&
	    w->lines[i].more & LINE_ONCE) {
		w->lines[i].more &= (uint8_t)~LINE_ONCE; // counted once for each run of the line
		count(&w->counters.unregistered);
	}
}

static void bye_next(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	struct line_cold *c = &w->cold[i];

	if (l->flags & LINE_BYE_OUT)
		worker_let_go(w, KIND_BYE, c->bye_rtx);
	l->flags &= (uint8_t)~BYE_FLAGS;
	c->flags &= (uint8_t) ~(COLD_BYE_AUTH | COLD_BYE_PROVISIONAL | COLD_BYE_STALE);
	if (c->bye_pending == 0) {
		bye_settled(w, i);
	} else {
		c->bye_server = (uint8_t)__builtin_ctz(c->bye_pending);
		c->bye_pending &= (uint8_t) ~(1u << c->bye_server);
		if (c->bye_server == BYE_STALE) {
			c->bye_server = c->stale_server;
			c->flags |= COLD_BYE_STALE;
		}
		c->bye_answered = 0;
		worker_target_bye(w, i, c->bye_server);
		if (worker_has_nonce(w, i, c->bye_server))
			c->flags |= COLD_BYE_AUTH;
		l->flags |= LINE_BYE_SEND;
	}
	worker_arm_rare(w, i);
}

void worker_bye(struct hl_worker *w, uint32_t i, uint8_t servers)
{
	const struct line *l = &w->lines[i];
	struct line_cold *c = &w->cold[i];

	if (bye_under_way(l)) {
		bool stale = c->flags & COLD_BYE_STALE;

		c->bye_pending |= stale ? servers : (uint8_t)(servers & ~(1u << c->bye_server));
		return;
	}
	c->bye_pending |= servers;
	w->byes++;
	bye_next(w, i);
}

// The end of the line: what is under way starts again, since its server may have been dead so far,
// and this is the last chance to leave nothing behind.
void worker_bye_all(struct hl_worker *w, uint32_t i, uint8_t servers)
{
	if (!bye_under_way(&w->lines[i])) {
		worker_bye(w, i, servers);
		return;
	}
	w->cold[i].bye_pending |= servers;
	bye_next(w, i);
}

// A new registration there makes it moot; its CSeq is higher, so an unregister that is still on its
// way is out of order when it arrives (RFC 3261 10.3, step 7).
void worker_bye_cancel(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	struct line_cold *c = &w->cold[i];

	c->bye_pending &= (uint8_t) ~(1u << server);
	if (bye_under_way(&w->lines[i]) && c->bye_server == server)
		bye_next(w, i);
}

void worker_bye_anew(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];

	if (!(l->flags & LINE_BYE_OUT))
		return;
	worker_let_go(w, KIND_BYE, w->cold[i].bye_rtx);
	l->flags = (uint8_t)((l->flags & ~LINE_BYE_OUT) | LINE_BYE_SEND);
	w->cold[i].flags &= (uint8_t)~COLD_BYE_PROVISIONAL;
	worker_arm_rare(w, i);
}

void worker_bye_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line *l = &w->lines[i];
	struct line_cold *c = &w->cold[i];
	uint8_t bit = (uint8_t)(1u << c->bye_server);

	if (reply->status < 200) {
		c->flags |= COLD_BYE_PROVISIONAL;
		return;
	}
	l->flags &= (uint8_t)~LINE_BYE_OUT;
	count(&w->counters.finals[HL_REGISTER]);
	if ((reply->status == 401 || reply->status == 407) &&
	    worker_challenge(w, i, KIND_BYE, c->bye_server, reply) >= 0 &&
	    c->bye_answered++ < worker_answers_max(w, i, c->bye_server)) {
		count(&w->counters.challenges);
		c->flags |= COLD_BYE_AUTH;
		l->flags |= LINE_BYE_SEND;
		worker_arm_rare(w, i);
		return;
	}
	if (worker_doubts_nonce(reply) && c->flags & COLD_BYE_AUTH && c->bye_answered == 0) {
		c->bye_answered++;
		c->flags &= (uint8_t)~COLD_BYE_AUTH;
		l->flags |= LINE_BYE_SEND;
		worker_arm_rare(w, i);
		return;
	}
	if (reply->status / 100 == 2 && c->flags & COLD_BYE_STALE) {
		worker_next_nonce(w, i, c->bye_server, reply);
		if (worker_stale_find(w, i, c->bye_server, reply)) // one more?
			c->bye_pending |= 1 << BYE_STALE;
	} else if (reply->status / 100 == 2) {
		c->bound &= (uint8_t)~bit;
		c->maybe_bound &= (uint8_t)~bit;
		worker_next_nonce(w, i, c->bye_server, reply);
	}
	bye_next(w, i);
}

void worker_bye_lost(struct hl_worker *w, uint32_t i)
{
	w->lines[i].flags &= (uint8_t)~LINE_BYE_OUT;
	bye_next(w, i);
}

void worker_bye_due(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	struct line_cold *c = &w->cold[i];
	const struct request r = { KIND_BYE, c->bye_server, c->bye_cseq, c->flags & COLD_BYE_AUTH };

	if (!(l->flags & LINE_BYE_OUT) || tick_before(w->now, c->bye_at))
		return;
	if (!tick_before(w->now, c->bye_end)) {
		worker_hop_blame(w, i, &r, c->bye_rtx); // counted all the same
		worker_bye_lost(w, i);
		return;
	}
	enum write_result written = worker_write(w, i, &r);
	if (written == WRITE_NO_ROOM) {
		c->bye_at = w->now + 1;
	} else {
		if (written == WRITE_DONE)
			worker_retransmitted(w, i, &r);
		c->bye_rtx = rtx_next(c->bye_rtx);
		c->bye_at = worker_timer_e(w, c->bye_at, c->bye_rtx,
					   c->flags & COLD_BYE_PROVISIONAL, c->bye_end);
	}
	worker_arm_rare(w, i);
}
