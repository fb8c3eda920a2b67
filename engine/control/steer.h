// SPDX-License-Identifier: BSD-3-Clause
// Which queue of the port a line's replies will arrive on, before the line has its address and port.
//
// Whatever steers, RSS or rules, the queue is table[x % size] with x = share of servers and address
// ^ share of the port: the second is computed once a window, the first once an address.
#pragma once

#include <stdbool.h>

#include "control/windows.h"
#include "net/toeplitz.h"
#include "worker/plan.h"

struct steer {
	const struct hl_steering *how;
	struct toeplitz toeplitz;
	uint32_t mask; // of an index into the table; 0: its size is no power of two
	bool ports_matter;
	uint32_t *port_share;      // by distance from the window's first port
	uint32_t from[HL_SERVERS]; // shares of the profile's servers that differ
	uint32_t n_from;
};

// Shares of one address, for each server.
struct steer_address {
	uint32_t share[HL_SERVERS];
};

// 0; -errno with a message. Free with steer_free() in either case.
int steer_init(struct steer *steer, const struct hl_steering *how, struct hl_error *err);
void steer_free(struct steer *steer);

void steer_window(struct steer *steer, const struct window *window);

// False: replies to this profile cannot be foreseen (a server's name is still to be looked up).
bool steer_profile(struct steer *steer, const struct hl_profile *profile);

// Is there anything that brings replies of all servers of the profile to this queue? Spares the
// search through all ports of all addresses for what cannot be found.
bool steer_possible(const struct steer *steer, uint32_t queue);

void steer_address(const struct steer *steer, const struct hl_addr *addr,
		   struct steer_address *out);

// Will replies of every server arrive at this queue?
static inline bool steer_fits(const struct steer *steer, const struct steer_address *address,
			      uint32_t port, uint32_t queue)
{
	for (uint32_t i = 0; i < steer->n_from; i++) {
		uint32_t x = address->share[i] ^ steer->port_share[port];

		if (steer->how->table[steer->mask ? x & steer->mask : x % steer->how->table_size] !=
		    queue)
			return false;
	}
	return true;
}
