// SPDX-License-Identifier: BSD-3-Clause
// Which target of a server a line uses (RFC 3263), and whether a reply comes from one of them.
#include "worker/target.h"

#define ORDER_END 0xff

static const struct plan_server *server_of(const struct hl_worker *w, uint32_t i,
					   enum hl_server server)
{
	return &worker_servers(w, &w->lines[i])[server];
}

uint64_t target_order(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	const struct plan_server *s = server_of(w, i, server);
	const _Atomic uint64_t *order = &s->order[(w->first + i) % PLAN_ORDERS];

	// with it, the endpoints that it names are seen
	return atomic_load_explicit((_Atomic uint64_t *)order, memory_order_acquire);
}

uint8_t target_first(uint64_t order)
{
	return (order & 0xff) == ORDER_END ? PLAN_NO_TARGET : order & 0xff;
}

static uint64_t without_first(uint64_t order)
{
	return order >> 8 | (uint64_t)ORDER_END << 56;
}

uint64_t target_order_from(uint64_t order, uint8_t target)
{
	while ((order & 0xff) != ORDER_END && (order & 0xff) != target)
		order = without_first(order);
	return order;
}

uint8_t target_after(uint64_t order, uint8_t target)
{
	return target_first(without_first(target_order_from(order, target)));
}

uint8_t target_choose(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	uint64_t order = target_order(w, i, server);
	uint8_t again = target_first(target_order_from(order, w->lines[i].target[server]));

	return again != PLAN_NO_TARGET ? again : target_first(order);
}

void target_settle(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	if (w->lines[i].target[server] == PLAN_NO_TARGET)
		w->lines[i].target[server] = target_choose(w, i, server);
}

uint8_t target_or_choice(const struct hl_worker *w, uint32_t i, enum hl_server server,
			 uint8_t target)
{
	return target != PLAN_NO_TARGET ? target : target_choose(w, i, server);
}
