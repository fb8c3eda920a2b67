// SPDX-License-Identifier: BSD-3-Clause
// Which link and which own address a frame is for; whether an address is, or was, that of a server.
#include "worker/directory.h"

#include "base/bytes.h"
#include "dhcp/leases.h"

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

bool plan_servers_have(const struct plan_server servers[HL_SERVERS], const struct hl_addr *addr,
		       uint16_t port)
{
	return plan_server_has(&servers[HL_SERVER_P], addr, port) ||
	       plan_server_has(&servers[HL_SERVER_B], addr, port);
}

// Where a link is, or would be. The table is half empty, so there is a free place.
static uint16_t *link_place(const struct plan_directory *directory, uint32_t port, uint32_t vlan)
{
	uint32_t at = (vlan ^ port << 24) * 0x9e3779b1u;

	for (at ^= at >> 15;; at++) {
		uint16_t *place = &directory->links[at & directory->links_mask];
		const struct plan_network *network =
			&directory->networks[*place != 0 ? *place - 1 : 0];

		if (*place == 0 || (network->vlan == vlan && network->port == port))
			return place;
	}
}

uint16_t plan_link_find(const struct plan_directory *directory, uint32_t port, uint32_t vlan)
{
	return (uint16_t)(*link_place(directory, port, vlan) - 1); // 0 - 1: PLAN_NO_NETWORK
}

void plan_link_note(struct plan_directory *directory, uint16_t network)
{
	struct plan_network *n = &directory->networks[network];
	uint16_t *place = link_place(directory, n->port, n->vlan);

	n->link = network;
	n->next = PLAN_NO_NETWORK;
	if (*place == 0) {
		*place = (uint16_t)(network + 1);
		return;
	}
	n->link = (uint16_t)(*place - 1);
	for (n = &directory->networks[n->link]; n->next != PLAN_NO_NETWORK;)
		n = &directory->networks[n->next];
	n->next = network;
}

struct hl_addr plan_next_hop(const struct plan_network *network, const struct hl_addr *to)
{
	const struct hl_route *best = NULL;

	if (hl_prefix_contains(&network->subnet, to))
		return *to;
	for (uint32_t i = 0; i < network->n_routes; i++) {
		const struct hl_route *route = &network->routes[i];

		if (hl_prefix_contains(&route->to, to) &&
		    (best == NULL || route->to.len > best->to.len))
			best = route;
	}
	return best != NULL ? best->via : network->gateway;
}

int64_t plan_network_find(const struct plan_network *network, const struct hl_addr *addr)
{
	if (network->leases != NULL)
		return leases_find(network->leases, addr);
	return addr_set_find(&network->addresses, addr);
}

int64_t plan_address_find(const struct plan_directory *directory, uint16_t link,
			  const struct hl_addr *addr)
{
	while (link != PLAN_NO_NETWORK) {
		const struct plan_network *network = &directory->networks[link];
		int64_t index = plan_network_find(network, addr);

		if (index >= 0)
			return network->first_address + index;
		link = network->next;
	}
	return -1;
}

#define KNOWN_TRIES 16

// Of IPv4 the address; never 0, but of 0.0.0.0, which is no server's.
static uint32_t tag_of(const struct hl_addr *addr)
{
	uint32_t tag = load_be32(addr->bytes);

	if (addr->family == HL_FAMILY_IPV6)
		for (unsigned k = 4; k < 16; k += 4)
			tag = (tag * 0x85ebca6bu ^ load_be32(addr->bytes + k)) | 1;
	return tag;
}

// The place of an address, or a free one for it (*is_there: which); -1: neither is near.
static int known_place(const struct plan_directory *directory, const struct hl_addr *addr,
		       bool *is_there)
{
	const uint32_t tag = tag_of(addr), first = tag * 0x9e3779b1u >> 16;

	for (uint32_t k = 0; k < KNOWN_TRIES; k++) {
		const uint32_t at = (first + k) & (PLAN_KNOWN_SERVERS - 1);
		uint32_t is = atomic_load_explicit((_Atomic uint32_t *)&directory->known_tags[at],
						   memory_order_acquire);

		*is_there = is != 0;
		if (is == 0 || (is == tag && hl_addr_equal(&directory->known_servers[at], addr)))
			return (int)at;
	}
	return -1;
}

bool plan_server_known(const struct plan_directory *directory, const struct hl_addr *addr)
{
	bool is_there;

	return known_place(directory, addr, &is_there) >= 0 && is_there;
}

void plan_server_note(struct plan_directory *directory, const struct hl_addr *addr)
{
	bool is_there;
	int at = known_place(directory, addr, &is_there);

	if (at < 0 || is_there)
		return;
	directory->known_servers[at] = *addr;
	atomic_store_explicit(&directory->known_tags[at], tag_of(addr), memory_order_release);
}
