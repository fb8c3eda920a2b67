// SPDX-License-Identifier: BSD-3-Clause
// What a response means for its line (FAILOVER.md sections 2, 4 and 5).
#include "worker/reply.h"

#include "base/count.h"
#include "line/branch.h"
#include "worker/driver.h"
#include "worker/elsewhere.h"
#include "worker/exchange.h"
#include "worker/flush.h"
#include "worker/kinds.h"
#include "worker/registration.h"
#include "worker/request.h"
#include "worker/unregister.h"

bool reply_line(const struct hl_worker *w, const struct sip_reply *reply, struct branch *branch)
{
	return branch_read(w->plan->keys[PLAN_KEY_BRANCH], reply->branch.at, reply->branch.len,
			   branch) &&
	       branch->line - w->first < w->n;
}

// A late 2xx to a REGISTER of an old epoch: a binding that nobody wants, at a server the line is
// not on. While a new one is under way there, its end decides (act.c).
static enum hl_drop late_answer(struct hl_worker *w, uint32_t i, const struct branch *b,
				const struct sip_reply *reply)
{
	const struct line *l = &w->lines[i];
	struct hl_state s = line_state(l);
	enum hl_drop drop = b->number == l->registration.number || b->number == l->probe.number
				    ? HL_DROP_DUPLICATE
				    : HL_DROP_LATE;

	if (b->kind != KIND_REGISTER || reply->status / 100 != 2 || s.server == b->server)
		return drop;
	if (registration_is_open(w, i, b->server)) {
		w->cold[i].flags |= (uint8_t)(COLD_ORPHAN << b->server);
		return drop;
	}
	count(&w->counters.orphans);
	w->cold[i].maybe_bound |= (uint8_t)(1u << b->server);
	unregister_begin(w, i, (uint8_t)(1u << b->server));
	return drop;
}

// The exchange whose request is out and has this branch.
static struct exchange *find_exchange(const struct hl_worker *w, uint32_t i, const struct branch *b)
{
	if (b->kind >= REQUEST_KINDS)
		return NULL;
	struct exchange *e = request_exchange(w, i, request_kinds[b->kind]);

	return e && exchange_has_left(e) && e->number == b->number ? e : NULL;
}

static bool same_endpoint(const struct hl_endpoint *a, const struct hl_addr *addr, uint16_t port)
{
	return a->port == port && hl_addr_equal(&a->addr, addr);
}

// A late one may come from wherever the server has ever been.
static bool is_from_server(const struct hl_worker *w, uint32_t i, const struct branch *b, bool live,
			   const struct hl_endpoint *src)
{
	if (!live)
		return plan_server_has(&worker_servers(w, &w->lines[i])[b->server], &src->addr,
				       src->port);
	const struct plan_endpoint *to = request_endpoint(w, i, request_kinds[b->kind], b->server);
	return to && same_endpoint(&to->at, &src->addr, src->port);
}

enum origin { ORIGIN_WRONG, ORIGIN_RIGHT, ORIGIN_ELSEWHERE };

static enum origin origin_of(const struct hl_worker *w, const struct branch *b, bool live,
			     const struct hl_endpoint *src, const struct hl_endpoint *dst)
{
	uint32_t i = b->line - w->first;
	const struct line *l = &w->lines[i];

	if (!same_endpoint(dst, &w->plan->table.addresses[l->addr].addr, l->port))
		return ORIGIN_WRONG;
	if (is_from_server(w, i, b, live, src))
		return ORIGIN_RIGHT;
	return worker_profile(w, l)->strict_source ? ORIGIN_WRONG : ORIGIN_ELSEWHERE;
}

// To a request of a line that had the slot before: by now another one may have it, with other servers.
static bool is_predecessors(const struct hl_worker *w, const struct branch *b)
{
	return b->generation != w->lines[b->line - w->first].generation;
}

enum hl_drop reply_path(const struct hl_worker *w, const struct branch *b,
			const struct hl_endpoint *src, const struct hl_endpoint *dst)
{
	if (is_predecessors(w, b))
		return HL_DROP_LATE;
	return origin_of(w, b, find_exchange(w, b->line - w->first, b), src, dst) == ORIGIN_WRONG
		       ? HL_DROP_WRONG_SOURCE
		       : HL_DROP_NONE;
}

enum hl_drop reply_serve(struct hl_worker *w, const struct branch *b, const struct hl_endpoint *src,
			 const struct hl_endpoint *dst, const struct sip_reply *reply)
{
	uint32_t i = b->line - w->first;

	if (is_predecessors(w, b))
		return HL_DROP_LATE;
	struct exchange *e = find_exchange(w, i, b);
	enum origin origin = origin_of(w, b, e, src, dst);
	enum hl_drop drop = HL_DROP_NONE;

	if (origin == ORIGIN_WRONG)
		return HL_DROP_WRONG_SOURCE;
	if (b->kind >= REQUEST_KINDS)
		return HL_DROP_WRONG_CSEQ;
	const struct request_ops *ops = request_ops_of(w, i, request_kinds[b->kind]);
	if (reply->method != ops->method || reply->cseq != CSEQ_FIRST + b->number)
		return HL_DROP_WRONG_CSEQ;
	if (!e) {
		drop = late_answer(w, i, b, reply);
	} else {
		count(&w->counters.responses[reply->status / 100]);
		if (origin == ORIGIN_ELSEWHERE)
			elsewhere_note(w, i, b, src);
		exchange_reply(w, i, e, ops, reply);
		driver_run(w, i);
	}
	line_flush(w, i);
	return drop;
}
