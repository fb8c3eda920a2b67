// SPDX-License-Identifier: BSD-3-Clause
// What workers run: read-only tables, made by control/plan.c, shared by all of them.
#pragma once

#include <assert.h>
#include <stdint.h>

#include <heartline/plan.h>
#include "worker/constants.h"
#include "worker/directory.h"
#include "worker/line_table.h"

static_assert(PLAN_WORKERS_MAX <= PUBLISH_READERS_MAX, "each reads the constants");

// What the boot key is used for, each by a key of its own: what goes out for one purpose must not be
// valid for another (the tag of an answer as the MAC of a branch).
enum plan_key {
	PLAN_KEY_BRANCH,  // MAC of Via branches
	PLAN_KEY_CALL_ID, // of registrations and probes
	PLAN_KEY_DIALOG,  // Call-ID and tag of a subscription
	PLAN_KEY_TO_TAG,  // of answers
	PLAN_KEY_CNONCE,
	PLAN_KEY_REALMS,    // place in the table of realms
	PLAN_KEY_PORTS,     // order in which ports are dealt
	PLAN_KEY_FRAGMENTS, // place in the table of fragments
	PLAN_KEYS,
};

struct hl_plan {
	struct hl_plan_options options; // without the boot key
	uint64_t keys[PLAN_KEYS][2];
	// The plan is of three parts: what is constant, where servers are, and the table of lines.
	struct publisher constants; // struct plan_constants, see plan_constants()
	struct plan_directory directory;
	struct line_table table;
	struct hl_profile *settings; // of each profile, as it is configured now. Control thread
};

// Line of an own address and port on a link, or -1.
static inline int64_t plan_line_find(const struct hl_plan *plan, uint16_t link,
				     const struct hl_endpoint *own)
{
	int64_t address = plan_address_find(&plan->directory, link, &own->addr);

	return address < 0 ? -1 : line_table_find(&plan->table, (uint32_t)address, own->port);
}

static inline const struct plan_port *plan_port_of_worker(const struct hl_plan *plan,
							  uint32_t worker)
{
	const struct plan_port *port = plan->directory.ports;

	while (worker >= (uint32_t)port->first_worker + port->n_workers)
		port++;
	return port;
}

static inline const struct plan_network *plan_network_of(const struct hl_plan *plan,
							 uint32_t address)
{
	return &plan->directory.networks[plan->table.addresses[address].network];
}

// The constants that were published last. For the thread that changes them, and for no other: a worker reads
// those that it has taken (worker.h).
static inline struct plan_constants *plan_constants(const struct hl_plan *plan)
{
	return (struct plan_constants *)publish_current(&plan->constants);
}
