// SPDX-License-Identifier: BSD-3-Clause
// Pools with addresses: dhcp: their addresses are taken before the plan is made, watched while lines run, and given
// back at the end.
#pragma once

#include <heartline/config.h>
#include <heartline/error.h>
#include <heartline/leases.h>

#include "base/control.h"
#include "device/port.h"

struct leases {
	struct hl_leases **list; // by pool; NULL: the pool has addresses of its own
	uint32_t n;              // pools
	struct hl_config *config;
	bool quiet;
	bool by_dhcp[HL_PROFILES_MAX]; // option 120 has named the servers of the profile
	// while lines run
	struct hl_plan *plan;
	struct control_loop *loop;
	int timer;
};

// Ask for all addresses over started ports that no loop polls yet, and put them, their subnets and the servers of
// profiles with dhcp_option_120 into the configuration. leases->n is 0 where no pool wants any. *leases is zero.
// @return 0; -EINTR on Ctrl-C; -ETIMEDOUT, -errno with a message. What was given is given back then.
int leases_take(struct leases *leases, struct hl_config *config, const struct port ports[],
		struct control *control, struct hl_error *err);

// leases_watch.c: follow option 120 when it changes. Control thread.
int leases_watch(struct leases *leases, struct hl_plan *plan, struct control_loop *loop,
		 struct hl_error *err);
// All lines have left: give the addresses back, which the workers do, and wait for that.
void leases_give_back(struct leases *leases, struct control *control);
void leases_watch_end(struct leases *leases);

// After the plan.
void leases_free(struct leases *leases);
