// SPDX-License-Identifier: BSD-3-Clause
// Which queue of the port a line's replies will arrive on, before the line has its address and port.
//
// Whatever steers, RSS or rules, the queue is table[x % size] with x = share of the server ^ of the
// address ^ of the port. All are computed once, so a port that is tried costs a look into the table.
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
	uint32_t *address_share;   // by index
	uint32_t *port_share;      // by distance from the window's first port
	uint32_t from[HL_SERVERS]; // shares of the profile's servers that differ
	uint32_t n_from;
};

// 0; -errno with a message. Free with steer_free() in either case.
int steer_init(struct steer *steer, const struct hl_steering *how, const struct line_table *table,
	       struct hl_error *err);
void steer_free(struct steer *steer);

// Before the lines of a window, and of a profile, are asked for.
void steer_window(struct steer *steer, const struct window *window);

// False: replies to this profile cannot be foreseen (a server's name is still to be looked up).
bool steer_profile(struct steer *steer, const struct hl_profile *profile);

// Is there anything that brings replies of all servers of the profile to this queue? Spares the
// search through all ports of all addresses for what cannot be found.
bool steer_possible(const struct steer *steer, uint32_t queue);

// Will replies of every server arrive at this queue?
static inline bool steer_fits(const struct steer *steer, uint32_t address, uint32_t port,
			      uint32_t queue)
{
	uint32_t to = steer->address_share[address] ^ steer->port_share[port];

	for (uint32_t i = 0; i < steer->n_from; i++) {
		uint32_t x = to ^ steer->from[i];

		if (steer->how->table[steer->mask ? x & steer->mask : x % steer->how->table_size] !=
		    queue)
			return false;
	}
	return true;
}
