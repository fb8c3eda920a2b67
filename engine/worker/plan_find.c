// SPDX-License-Identifier: BSD-3-Clause
// From an address and port, or a whole frame, to the line and the worker that owns it.
#include "base/bytes.h"
#include "net/frame.h"
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

// An IPv4 header whose UDP or ICMP header follows; its length, or 0. Checksums are the owner's
// work.
static uint16_t ipv4_peek(const uint8_t *ip, uint16_t len)
{
	uint16_t header;

	if (len < IPV4_BYTES || ip[0] >> 4 != 4)
		return 0;
	header = (uint16_t)((ip[0] & 15) * 4);
	if (header < IPV4_BYTES || len < header + UDP_BYTES || (load_be16(ip + 6) & 0x1fff) != 0)
		return 0;
	return header;
}

static bool line_steered(const struct hl_plan *plan, uint32_t line)
{
	return plan->steered != NULL && plan->steered[line / 64] >> line % 64 & 1;
}

uint32_t hl_plan_owner(const struct hl_plan *plan, const uint8_t *frame, uint16_t len,
		       bool *steered)
{
	const uint8_t *ip = frame + ETH_BYTES, *addr, *port;
	uint16_t header, room;
	struct hl_addr own;
	bool datagram;
	int64_t line;

	*steered = false;
	if (len < ETH_BYTES + IPV4_BYTES || load_be16(frame + 12) != ETHERTYPE_IPV4)
		return 0;
	room = (uint16_t)(len - ETH_BYTES);
	if (len >= ETH_BYTES + IPV4_BYTES && ip[9] == IP_UDP && (load_be16(ip + 6) & 0x1fff) != 0)
		return HL_PLAN_EVERY;
	header = ipv4_peek(ip, room);
	if (header == 0)
		return 0;
	datagram = ip[9] == IP_UDP;
	if (datagram) {
		addr = ip + 16; // destination
		port = ip + header + 2;
	} else if (ip[9] == IP_ICMP && ip[header] == 3) { // unreachable: quotes what we sent
		ip += header + 8;
		room = (uint16_t)(room - header - 8);
		header = ipv4_peek(ip, room);
		if (header == 0 || ip[9] != IP_UDP)
			return 0;
		addr = ip + 12; // its source
		port = ip + header;
	} else {
		return 0;
	}
	own = hl_addr_from_ipv4(load_be32(addr));
	line = plan_find(plan, &own, load_be16(port));
	if (line < 0)
		return 0;
	*steered = datagram && line_steered(plan, (uint32_t)line);
	return line_owner(plan, (uint32_t)line);
}

bool hl_plan_from_server(const struct hl_plan *plan, const uint8_t *frame)
{
	const uint8_t *ip = frame + ETH_BYTES, *udp = ip + (ip[0] & 15) * 4;
	const struct hl_addr src = hl_addr_from_ipv4(load_be32(ip + 12));
	const struct hl_addr dst = hl_addr_from_ipv4(load_be32(ip + 16));
	int64_t line = plan_find(plan, &dst, load_be16(udp + 2));

	if (line < 0)
		return false;
	const struct plan_profile *p =
		&plan->profiles[plan->shapes[plan->lines[line].shape].profile];
	return plan_server_has(&p->server[HL_SERVER_P], &src, load_be16(udp)) ||
	       plan_server_has(&p->server[HL_SERVER_B], &src, load_be16(udp));
}
