// SPDX-License-Identifier: BSD-3-Clause
// The directory of a plan: our networks, where servers are, and the neighbours on the way to them. It only grows.
#pragma once

#include <assert.h>
#include <stdint.h>

#include <heartline/addr.h>
#include <heartline/config.h>
#include <heartline/prefix.h>
#include <heartline/state.h>
#include "net/addr_set.h"
#include "net/neigh.h"
#include "net/path.h"

#define PLAN_ENDPOINTS_MAX 127
#define PLAN_NO_TARGET 127 // as an index of endpoints; seven bits in struct line
#define PLAN_TARGETS_MAX 8
#define PLAN_KNOWN_SERVERS 1024 // a power of two; of more than there is room for some stay unknown
#define PLAN_ORDERS 16
#define PLAN_SHAPES_MAX UINT16_MAX
#define PLAN_NO_NETWORK UINT16_MAX
#define PLAN_NETWORKS_MAX 16384

// A pool of own addresses on a port, behind VLANs or without any. Networks behind the same VLANs of a port are
// on one *link*, which has the number of the first of them: two links may have the same addresses.
// Written while the plan is made.
struct hl_leases;
struct plan_address;

struct plan_network {
	uint32_t vlan;       // as in struct frame
	uint16_t port, link; // link: the first network behind these VLANs
	uint16_t next;       // on the same link; PLAN_NO_NETWORK: none
	bool has_macs;       // each address has a MAC of its own
	uint8_t mac[6];      // of the first address; without MACs of their own: of all
	struct path path;    // from which those to endpoints are made
	struct hl_prefix subnet;
	struct hl_addr gateway; // family NONE: none
	const struct hl_route *routes;
	uint32_t n_routes;
	uint32_t first_address; // of the table of lines
	bool is_leased;         // they come from DHCP
	struct hl_leases *
		leases; // which are not the plan's; NULL: there are none, or they were not asked for
	struct addr_set addresses; // the others follow in its order
};

#define PLAN_LEASED_MAX 16

// Addresses of a network that come from DHCP.
struct plan_leased {
	struct hl_leases *leases; // writer: the first worker of the port
	uint16_t network;
	struct plan_address *addresses;
	struct neigh_table *neighbours;
};

struct plan_port {
	uint8_t mac[6];
	bool tx_csum_offload;
	uint16_t untagged; // link without VLANs; PLAN_NO_NETWORK: none
	uint16_t first_worker, n_workers;
	uint32_t n_leased;
	struct plan_leased leased[PLAN_LEASED_MAX];
	// MACs: writer its first worker; entries: added by the control thread
	struct neigh_table neighbours;
};

struct plan_endpoint {
	struct hl_endpoint at;
	struct path *paths; // by network; one that does not lead there has payload_at 0
};

// One server of a profile: a host with one address, or what DNS makes of its name. Endpoints are
// only ever added, before an order names them, so a line may remember an index for ever.
// Writer: the control thread.
struct plan_server {
	// Targets in the order to be tried, a byte each from the lowest on; 0xff: no more. Line
	// number modulo PLAN_ORDERS says which of them is a line's own (weights, RFC 2782).
	_Atomic uint64_t order[PLAN_ORDERS];
	_Atomic uint32_t n_endpoints; // ever heard of
	struct plan_endpoint endpoints[PLAN_ENDPOINTS_MAX];
};

// What its readers find in it stays where it is, for as long as the plan lives.
struct plan_directory {
	struct plan_server (*servers)[HL_SERVERS]; // by profile
	// The profile of each shape, for ever: written before a line has that shape. Writer: the control thread
	uint16_t shape_profiles[PLAN_SHAPES_MAX];
	struct plan_network *networks;
	uint32_t n_networks;
	struct hl_route *routes; // of all networks
	uint64_t *
		uses; // a bit for each profile * n_networks + network that has lines of it; NULL: one network
	uint16_t *links; // by a hash of port and VLANs: network + 1; 0: free
	uint32_t links_mask;
	struct plan_port ports[HL_PORTS_MAX];
	uint32_t n_ports;
	uint32_t room; // bytes that a datagram may have in the network with the smallest MTU
	// Addresses of servers, ever, by a hash; family 0: free. Writer: the control thread, the tag last
	struct hl_addr known_servers[PLAN_KNOWN_SERVERS];
	_Atomic uint32_t known_tags[PLAN_KNOWN_SERVERS]; // 0: free
};

// A server that has not been found yet (its name is to be looked up).
void plan_server_clear(struct plan_server *server);

// Was it ever an address of the server? Port 0: any.
bool plan_server_has(const struct plan_server *server, const struct hl_addr *addr, uint16_t port);
// Of either server of a profile.
bool plan_servers_have(const struct plan_server servers[HL_SERVERS], const struct hl_addr *addr,
		       uint16_t port);

// The link of a port behind VLANs; PLAN_NO_NETWORK: there is none.
uint16_t plan_link_find(const struct plan_directory *directory, uint32_t port, uint32_t vlan);

static inline bool plan_uses(const struct plan_directory *directory, uint32_t profile,
			     uint32_t network)
{
	uint64_t bit = (uint64_t)profile * directory->n_networks + network;

	return directory->uses == NULL || directory->uses[bit / 64] >> bit % 64 & 1;
}

// The next hop from a network to an address: itself, a router; family NONE: none.
struct hl_addr plan_next_hop(const struct plan_network *network, const struct hl_addr *to);

// A network joins its link, which it may be the first of.
void plan_link_note(struct plan_directory *directory, uint16_t network);

// Index of an own address among those of a network, or -1: also of one that DHCP has not given again.
int64_t plan_network_find(const struct plan_network *network, const struct hl_addr *addr);
// Index of an own address on a link, or -1.
int64_t plan_address_find(const struct plan_directory *directory, uint16_t link,
			  const struct hl_addr *addr);

// The MAC of own address `index` of the network.
static inline void plan_network_mac(const struct plan_network *network, uint32_t index,
				    uint8_t mac[6])
{
	uint64_t number = 0;

	for (unsigned i = 0; i < 6; i++)
		number = number << 8 | network->mac[i];
	if (network->has_macs)
		number += index - network->first_address;
	for (unsigned i = 6; i-- > 0; number >>= 8)
		mac[i] = (uint8_t)number;
}

// Is it the address of a server, whichever? Note that it is.
bool plan_server_known(const struct plan_directory *directory, const struct hl_addr *addr);
void plan_server_note(struct plan_directory *directory, const struct hl_addr *addr);
