// SPDX-License-Identifier: BSD-3-Clause
// From an address and port, or a whole frame, to the line and the worker that owns it.
#include "base/bytes.h"
#include "net/peek.h"
#include "worker/plan.h"

bool plan_server_has(const struct plan_server *server, const struct hl_addr *addr, uint16_t port)
{
	uint32_t n = atomic_load_explicit((_Atomic uint32_t *)&server->n_endpoints,
					  memory_order_acquire);

	for (uint32_t k = 0; k < n; k++) {
		const struct hl_endpoint *at = &server->endpoints[k].at;

		if ((port == 0 || at->port == port) && hl_addr_equal(&at->addr, addr))
			return true;
	}
	return false;
}

#define KNOWN_TRIES 16

// The place of an address, or a free one for it; NULL: neither is near.
static _Atomic uint32_t *known_place(struct hl_plan *plan, uint32_t addr)
{
	const uint32_t first = addr * 0x9e3779b1u >> 16;

	for (uint32_t k = 0; k < KNOWN_TRIES; k++) {
		_Atomic uint32_t *at = &plan->known_servers[(first + k) & (PLAN_KNOWN_SERVERS - 1)];
		uint32_t is = atomic_load_explicit(at, memory_order_relaxed);

		if (is == addr || is == 0)
			return at;
	}
	return NULL;
}

bool plan_server_known(const struct hl_plan *plan, const struct hl_addr *addr)
{
	uint32_t a = load_be32(addr->bytes);
	const _Atomic uint32_t *at = known_place((struct hl_plan *)plan, a);

	return at != NULL &&
	       atomic_load_explicit((_Atomic uint32_t *)at, memory_order_relaxed) == a && a != 0;
}

void plan_server_note(struct hl_plan *plan, const struct hl_addr *addr)
{
	_Atomic uint32_t *at = known_place(plan, load_be32(addr->bytes));

	if (at != NULL)
		atomic_store_explicit(at, load_be32(addr->bytes), memory_order_relaxed);
}

int64_t plan_find(const struct hl_plan *plan, const struct hl_addr *addr, uint16_t port)
{
	int32_t index = addr_set_find(&plan->addr_set, addr);
	const uint32_t *slots;

	if (index < 0)
		return -1;
	slots = plan->slots + (size_t)index * plan->slots_per_address;
	for (uint32_t i = 0; i < plan->n_windows; i++) {
		const struct port_window *w = &plan->windows[i];

		if (w->first <= port && port <= w->last)
			return (int64_t)slots[w->offset + port - w->first] - 1;
	}
	return -1;
}

static uint32_t line_owner(const struct hl_plan *plan, uint32_t line)
{
	uint32_t worker = (uint32_t)((uint64_t)line * plan->options.n_workers / plan->n_lines);

	while (line < plan->first[worker]) // the division rounds
		worker--;
	while (line >= plan->first[worker + 1])
		worker++;
	return worker;
}

static bool line_steered(const struct hl_plan *plan, uint32_t line)
{
	return plan->steered != NULL && plan->steered[line / 64] >> line % 64 & 1;
}

uint32_t hl_plan_owner(const struct hl_plan *plan, const uint8_t *frame, uint16_t len,
		       bool *steered)
{
	struct peek about;
	enum peek_kind kind = frame_peek(frame, len, &about);

	*steered = false;
	if (kind == PEEK_FRAGMENT)
		return HL_PLAN_EVERY;
	if (kind == PEEK_OTHER)
		return 0;
	int64_t line = plan_find(plan, &about.own.addr, about.own.port);
	if (line < 0)
		return 0;
	*steered = kind == PEEK_DATAGRAM && line_steered(plan, (uint32_t)line);
	return line_owner(plan, (uint32_t)line);
}

bool hl_plan_from_server(const struct hl_plan *plan, const uint8_t *frame, uint16_t len)
{
	struct peek about;

	if (frame_peek(frame, len, &about) != PEEK_DATAGRAM)
		return false;
	int64_t line = plan_find(plan, &about.own.addr, about.own.port);
	if (line < 0)
		return false;
	const struct plan_profile *p =
		&plan->profiles[plan->shapes[plan->lines[line].shape].profile];
	return plan_server_has(&p->server[HL_SERVER_P], &about.peer.addr, about.peer.port) ||
	       plan_server_has(&p->server[HL_SERVER_B], &about.peer.addr, about.peer.port);
}
