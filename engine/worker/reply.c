// SPDX-License-Identifier: BSD-3-Clause
// What a response means for its line (FAILOVER.md sections 2, 4 and 5).
#include "worker/worker.h"

bool worker_reply_line(const struct hl_worker *w, const struct sip_reply *reply,
		       struct branch *branch)
{
	return branch_read(w->plan->keys[PLAN_KEY_BRANCH], reply->branch.at, reply->branch.len,
			   branch) &&
	       branch->line - w->first < w->n;
}

// First transmissions are kept apart: who has sent twice does not know which one was answered.
static void note_rtt(struct hl_worker *w, uint32_t sent, uint8_t retransmissions)
{
	uint32_t span = worker_stamp(w) - sent;

	hist_add(retransmissions ? &w->counters.rtt_retransmitted : &w->counters.rtt_first,
		 ((uint64_t)span << STAMP_SHIFT) / 1000);
}

static void register_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line *l = &w->lines[i];

	if (reply->status < 200) {
		l->more |= LINE_REG_PROVISIONAL;
		return;
	}
	l->flags &= (uint8_t)~LINE_REG_OUT;
	note_rtt(w, l->reg_sent, l->reg_rtx);
	count(&w->counters.finals[HL_REGISTER]);
	worker_register_reply(w, i, reply);
}

// Any final response but those of down_codes (503) says that the server is alive; probes are never
// authenticated.
static void probe_answered(struct hl_worker *w, uint32_t i, enum hl_server server,
			   const struct sip_reply *reply)
{
	struct line *l = &w->lines[i];
	bool alive = !hl_codes_hold(&worker_profile(w, l)->down_codes, reply->status);

	if (reply->status < 200) {
		l->more |= LINE_PROBE_PROVISIONAL;
		return;
	}
	note_rtt(w, l->probe_sent, l->probe_rtx);
	count(&w->counters.finals[HL_OPTIONS]);
	worker_probe_ended(w, l);
	if (!alive && worker_probe_next(w, i))
		return;
	if (!alive) // no sign of health, and to be heeded
		worker_hold_asked(w, i, server, reply->retry_after);
	if (server == HL_SERVER_B)
		worker_probed_b(w, i, alive);
	if (server == HL_SERVER_P)
		worker_step(w, i, alive ? FO_PROBE_OK : FO_PROBE_LOST, reply->status);
	else if (alive)
		worker_step(w, i, FO_PROBE_B_OK, reply->status);
	if (alive && worker_probe_moves(w, i))
		worker_step(w, i, FO_REFRESH, HL_CODE_NONE);
}

// A late 2xx to a REGISTER of an old epoch: a binding that nobody wants, at a server the line is
// not on. While a new one is under way there, its end decides (act.c).
static enum hl_drop late_answer(struct hl_worker *w, uint32_t i, const struct branch *b,
				const struct sip_reply *reply)
{
	struct line *l = &w->lines[i];
	struct hl_state s = line_state(l);
	bool under_way = l->reg_server == b->server && l->flags & (LINE_REG_OUT | LINE_REG_SEND);
	enum hl_drop drop = b->number == l->reg_cseq || b->number == l->probe_cseq
				    ? HL_DROP_DUPLICATE
				    : HL_DROP_LATE;

	if (b->kind != KIND_REGISTER || reply->status / 100 != 2 || s.server == b->server)
		return drop;
	if (under_way) {
		w->cold[i].flags |= (uint8_t)(COLD_ORPHAN << b->server);
		return drop;
	}
	count(&w->counters.orphans);
	w->cold[i].maybe_bound |= (uint8_t)(1u << b->server);
	worker_bye(w, i, (uint8_t)(1u << b->server));
	return drop;
}

static bool outstanding(const struct hl_worker *w, uint32_t i, const struct branch *b)
{
	const struct line *l = &w->lines[i];

	switch (b->kind) {
	case KIND_REGISTER:
		return l->flags & LINE_REG_OUT && l->reg_cseq == b->number;
	case KIND_PROBE:
		return l->flags & LINE_PROBE_OUT && l->probe_cseq == b->number;
	case KIND_BYE:
		return l->flags & LINE_BYE_OUT && w->cold[i].bye_cseq == b->number;
	case KIND_KEEP:
		return w->streams && w->streams[i].flags & STREAM_KEEP_OUT &&
		       w->streams[i].keep_cseq == b->number;
	case KIND_SUBSCRIBE:
		return w->streams && w->streams[i].flags & STREAM_SUB_OUT &&
		       w->streams[i].sub_cseq == b->number;
	}
	return false;
}

static bool same_endpoint(const struct hl_endpoint *a, const struct hl_addr *addr, uint16_t port)
{
	return a->port == port && hl_addr_equal(&a->addr, addr);
}

enum path { PATH_WRONG, PATH_RIGHT, PATH_ELSEWHERE };

static enum path path_of(const struct hl_worker *w, const struct branch *b, bool live,
			 const struct hl_endpoint *src, const struct hl_endpoint *dst)
{
	uint32_t i = b->line - w->first;
	const struct line *l = &w->lines[i];

	if (!same_endpoint(dst, &w->plan->addresses[l->addr].addr, l->port))
		return PATH_WRONG;
	if (worker_from_server(w, i, b, live, src))
		return PATH_RIGHT;
	return worker_profile(w, l)->strict_source ? PATH_WRONG : PATH_ELSEWHERE;
}

bool worker_reply_path(const struct hl_worker *w, const struct branch *b,
		       const struct hl_endpoint *src, const struct hl_endpoint *dst)
{
	return path_of(w, b, outstanding(w, b->line - w->first, b), src, dst) != PATH_WRONG;
}

enum hl_drop worker_reply(struct hl_worker *w, const struct branch *b,
			  const struct hl_endpoint *src, const struct hl_endpoint *dst,
			  const struct sip_reply *reply)
{
	uint32_t i = b->line - w->first;
	bool live = outstanding(w, i, b);
	enum hl_method method = worker_method(b->kind);
	enum hl_drop drop = HL_DROP_NONE;

	enum path path = path_of(w, b, live, src, dst);

	if (path == PATH_WRONG)
		return HL_DROP_WRONG_SOURCE;
	if (reply->method != method || reply->cseq != CSEQ_FIRST + b->number)
		return HL_DROP_WRONG_CSEQ;
	if (!live) {
		drop = late_answer(w, i, b, reply);
	} else {
		count(&w->counters.responses[reply->status / 100]);
		if (path == PATH_ELSEWHERE)
			worker_elsewhere(w, i, b, src);
		if (b->kind == KIND_REGISTER)
			register_answered(w, i, reply);
		else if (b->kind == KIND_PROBE)
			probe_answered(w, i, b->server, reply);
		else if (b->kind == KIND_BYE)
			worker_bye_answered(w, i, reply);
		else if (b->kind == KIND_KEEP)
			worker_keepalive_answered(w, i, reply);
		else
			worker_subscribe_answered(w, i, reply);
	}
	worker_flush(w, i);
	return drop;
}
