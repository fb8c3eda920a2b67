// SPDX-License-Identifier: BSD-3-Clause
// Which target of a server a line speaks to, and the next one when it fails (RFC 3263 4.3).
//
// A transaction stays where it began: REGISTER and unregister at line.target[server], which only a
// new REGISTER moves (or a probe, while neither is under way); a probe at line.probe_target, a
// keepalive or SUBSCRIBE at its stream's own.
#include "worker/worker.h"

#define ORDER_END 0xff

static const struct plan_server *server_of(const struct hl_worker *w, const struct line *l,
					   enum hl_server server)
{
	return &worker_profile(w, l)->server[server];
}

// The line's order of a server's targets, as it was published last.
static uint64_t order_of(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	const struct plan_server *s = server_of(w, &w->lines[i], server);
	const _Atomic uint64_t *order = &s->order[(w->first + i) % PLAN_ORDERS];

	// with it, the endpoints that it names are seen
	return atomic_load_explicit((_Atomic uint64_t *)order, memory_order_acquire);
}

static uint8_t first_of(uint64_t order)
{
	return (order & 0xff) == ORDER_END ? PLAN_NO_TARGET : order & 0xff;
}

// The order from a target on; all ORDER_END when it is not listed.
static uint64_t order_from(uint64_t order, uint8_t target)
{
	while ((order & 0xff) != ORDER_END && (order & 0xff) != target)
		order = order >> 8 | (uint64_t)ORDER_END << 56;
	return order;
}

// Where a new request goes: where the last one went, as long as that is still listed.
static uint8_t choose(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	uint64_t order = order_of(w, i, server);
	uint8_t again = first_of(order_from(order, w->lines[i].target[server]));

	return again != PLAN_NO_TARGET ? again : first_of(order);
}

void worker_target_register(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	w->lines[i].target[server] = choose(w, i, server);
	w->cold[i].flags &= (uint8_t)~COLD_JUMPED;
}

bool worker_register_next(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	struct line_cold *c = &w->cold[i];
	enum hl_server server = l->reg_server;
	uint64_t order = order_of(w, i, server);
	uint64_t rest = order_from(order, l->target[server]);
	uint8_t next = first_of(rest >> 8 | (uint64_t)ORDER_END << 56);

	// The targets have changed under the request: the new first one, but no chase after a name
	// that changes faster than its servers fail.
	if (first_of(rest) == PLAN_NO_TARGET && !(c->flags & COLD_JUMPED)) {
		c->flags |= COLD_JUMPED;
		next = first_of(order);
	}
	l->target[server] = next; // after the last one: from the first again, next time
	if (next == PLAN_NO_TARGET)
		return false;
	c->attempt = c->answered = 0;
	worker_register(w, i, server, false); // a nonce belongs to who gave it
	return true;
}

void worker_target_bye(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	if (w->lines[i].target[server] == PLAN_NO_TARGET)
		w->lines[i].target[server] = choose(w, i, server);
}

static enum hl_server probed(const struct line *l)
{
	return l->more & LINE_PROBE_B ? HL_SERVER_B : HL_SERVER_P;
}

// Probes may move a line to another target, but no transaction that is under way there.
static bool may_move(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	const struct line *l = &w->lines[i];

	return !(l->flags & (LINE_REG_OUT | LINE_REG_SEND) && l->reg_server == server) &&
	       !(l->flags & (LINE_BYE_OUT | LINE_BYE_SEND) && w->cold[i].bye_server == server);
}

void worker_target_probe(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];

	l->probe_target = choose(w, i, probed(l)) & PLAN_NO_TARGET;
}

bool worker_probe_next(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	enum hl_server server = probed(l);
	uint64_t order = order_of(w, i, server);
	uint64_t rest = order_from(order, l->probe_target);
	uint8_t next = first_of(rest >> 8 | (uint64_t)ORDER_END << 56);

	if (next != PLAN_NO_TARGET) {
		l->probe_target = next & PLAN_NO_TARGET;
		l->flags |= LINE_PROBE_SEND;
		return true;
	}
	// All have failed: the next probe starts at the first again. Where the line is at the first
	// anyway, its registration has nowhere to follow to when that probe is answered.
	if (may_move(w, i, server) && l->target[server] != first_of(order))
		l->target[server] = PLAN_NO_TARGET;
	return false;
}

bool worker_probe_moves(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	enum hl_server server = probed(l);

	if (l->target[server] == l->probe_target || !may_move(w, i, server))
		return false;
	l->target[server] = l->probe_target;
	return line_state(l).state == (server == HL_SERVER_P ? HL_ON_P : HL_ON_B);
}

const struct plan_endpoint *worker_endpoint(const struct hl_worker *w, uint32_t i,
					    enum request_kind kind, enum hl_server server)
{
	const struct line *l = &w->lines[i];
	uint8_t target = l->target[server];

	if (kind == KIND_PROBE)
		target = l->probe_target;
	else if (kind == KIND_KEEP)
		target = w->streams[i].keep_target;
	else if (kind == KIND_SUBSCRIBE)
		target = w->streams[i].sub_target;
	if (target == PLAN_NO_TARGET && kind != KIND_PROBE)
		target = choose(w, i, server);
	return target == PLAN_NO_TARGET ? NULL : &server_of(w, l, server)->endpoints[target];
}

bool worker_from_server(const struct hl_worker *w, uint32_t i, const struct branch *branch,
			bool outstanding, const struct hl_endpoint *src)
{
	const struct plan_endpoint *to;

	if (!outstanding)
		return plan_server_has(server_of(w, &w->lines[i], branch->server), &src->addr,
				       src->port);
	to = worker_endpoint(w, i, branch->kind, branch->server);
	return to && to->at.port == src->port && hl_addr_equal(&to->at.addr, &src->addr);
}
