// SPDX-License-Identifier: BSD-3-Clause
// From an address and port, or a whole frame, to the line and the worker that owns it.
#include "net/peek.h"
#include "worker/plan.h"

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
	// the control thread may just be giving the slot to a line, or taking it from one
	uint16_t shape = __atomic_load_n(&plan->lines[line].shape, __ATOMIC_ACQUIRE);
	if (shape == PLAN_NO_SHAPE)
		return false;
	// not by the constants: the lcore that asks may not have taken any
	uint16_t profile = plan->directory.shape_profiles[shape];
	return plan_servers_have(plan->directory.servers[profile], &about.peer.addr,
				 about.peer.port);
}
