// SPDX-License-Identifier: BSD-3-Clause
// The directory of a plan: where servers are, and the neighbours on the way to them. It only grows.
#pragma once

#include <assert.h>
#include <stdint.h>

#include <heartline/addr.h>
#include <heartline/prefix.h>
#include <heartline/state.h>
#include "net/neigh.h"
#include "net/path.h"

#define PLAN_ENDPOINTS_MAX 127
#define PLAN_NO_TARGET 127 // as an index of endpoints; seven bits in struct line
#define PLAN_TARGETS_MAX 8
#define PLAN_KNOWN_SERVERS 1024 // a power of two; of more than there is room for some stay unknown
#define PLAN_ORDERS 16
#define PLAN_SHAPES_MAX UINT16_MAX

struct plan_endpoint {
	struct hl_endpoint at;
	struct path path;
};
static_assert(sizeof(struct plan_endpoint) == 96, "no more than two cache lines a request");

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
	struct hl_prefix subnet; // of the lines
	struct hl_addr gateway;  // family NONE: none
	struct path port_path;   // from which those of endpoints are made
	// MACs: writer worker 0; entries: added by the control thread
	struct neigh_table neighbours;
	// Addresses of servers, ever: IPv4, in the order of a hash; 0: free. Writer: the control thread
	_Atomic uint32_t known_servers[PLAN_KNOWN_SERVERS];
};

// A server that has not been found yet (its name is to be looked up).
void plan_server_clear(struct plan_server *server);

// Was it ever an address of the server? Port 0: any.
bool plan_server_has(const struct plan_server *server, const struct hl_addr *addr, uint16_t port);
// Of either server of a profile.
bool plan_servers_have(const struct plan_server servers[HL_SERVERS], const struct hl_addr *addr,
		       uint16_t port);

// Is it the address of a server, whichever? Note that it is.
bool plan_server_known(const struct plan_directory *directory, const struct hl_addr *addr);
void plan_server_note(struct plan_directory *directory, const struct hl_addr *addr);
