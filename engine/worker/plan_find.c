// SPDX-License-Identifier: BSD-3-Clause
// From a whole frame to the line and the worker that owns it.
#include "net/peek.h"
#include "worker/plan.h"

static uint32_t line_owner(const struct hl_plan *plan, uint32_t line)
{
	uint32_t worker = (uint32_t)((uint64_t)line * plan->options.n_workers /
				     plan->table.n_lines);

	while (line < plan->table.first[worker]) // the division rounds
		worker--;
	while (line >= plan->table.first[worker + 1])
		worker++;
	return worker;
}

static bool line_steered(const struct hl_plan *plan, uint32_t line)
{
	return plan->table.steered != NULL && plan->table.steered[line / 64] >> line % 64 & 1;
}

static int64_t own_line(const struct hl_plan *plan, uint32_t port, uint32_t vlan,
			const struct hl_endpoint *own)
{
	uint16_t link = plan_link_find(&plan->directory, port, vlan);

	return link == PLAN_NO_NETWORK ? -1 : plan_line_find(plan, link, own);
}

uint32_t hl_plan_owner(const struct hl_plan *plan, uint32_t port, const uint8_t *frame,
		       uint16_t len, bool *steered)
{
	struct peek about;
	enum peek_kind kind = frame_peek(frame, len, &about);

	*steered = false;
	if (kind == PEEK_FRAGMENT)
		return HL_PLAN_EVERY;
	if (kind == PEEK_OTHER)
		return plan->directory.ports[port].first_worker;
	int64_t line = own_line(plan, port, about.vlan, &about.own);
	if (line < 0)
		return plan->directory.ports[port].first_worker;
	*steered = kind == PEEK_DATAGRAM && line_steered(plan, (uint32_t)line);
	return line_owner(plan, (uint32_t)line);
}

enum hl_frame_of hl_plan_frame_of(const struct hl_plan *plan, uint32_t port, const uint8_t *frame,
				  uint16_t len, bool sent, uint32_t *slot)
{
	struct peek about;
	enum peek_kind kind = frame_peek(frame, len, &about);

	if (kind == PEEK_FRAGMENT)
		return HL_FRAME_PART;
	if (kind == PEEK_OTHER || (sent && kind == PEEK_QUOTE))
		return HL_FRAME_OF_OTHER;
	const struct hl_endpoint *own = sent ? &about.peer : &about.own;
	int64_t line = own_line(plan, port, about.vlan, own);
	if (line < 0)
		return HL_FRAME_OF_OTHER;
	*slot = (uint32_t)line;
	return HL_FRAME_OF_LINE;
}

bool hl_plan_from_server(const struct hl_plan *plan, uint32_t port, const uint8_t *frame,
			 uint16_t len)
{
	struct peek about;

	if (frame_peek(frame, len, &about) != PEEK_DATAGRAM)
		return false;
	int64_t line = own_line(plan, port, about.vlan, &about.own);
	if (line < 0)
		return false;
	// the control thread may just be giving the slot to a line, or taking it from one
	uint16_t shape = __atomic_load_n(&plan->table.lines[line].shape, __ATOMIC_ACQUIRE);
	if (shape == PLAN_NO_SHAPE)
		return false;
	// not by the constants: the lcore that asks may not have taken any
	uint16_t profile = plan->directory.shape_profiles[shape];
	return plan_servers_have(plan->directory.servers[profile], &about.peer.addr,
				 about.peer.port);
}
