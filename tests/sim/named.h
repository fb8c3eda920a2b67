// SPDX-License-Identifier: BSD-3-Clause
// Scenarios by name: cases of FAILOVER.md section 6 as they stand there, a file a theme.
#pragma once

#include "scenario.h"

#define S 1000ull // in ms
#define BOTH HL_REGISTRAR_SERVERS_MAX

struct named {
	const char *name;
	void (*make)(struct scenario *s, uint32_t variant);
	uint32_t variants; // 0: one
};

#define NAMED(name) \
	{ \
#name, name, 0 \
	}
#define NAMED_MANY(name, n) \
	{ \
#name, name, n \
	}

// The kth scenario; NULL: no more. Each list ends with an empty name.
const struct named *scenario_named(uint32_t k);
extern const struct named named_servers[], named_network[], named_digest[], named_grants[],
	named_ends[], named_operator[], named_survive[];

// A day of n lines with two failovers; prints a line. False: a rule is broken.
bool day_run(uint32_t lines);

struct scenario_fault *named_fault(struct scenario *s, uint64_t at_ms, uint32_t server,
				   enum hl_fault what, uint32_t value);
struct scenario_fault *named_network_fault(struct scenario *s, uint64_t at_ms,
					   struct network_faults network);
struct scenario_fault *named_command(struct scenario *s, uint64_t at_ms,
				     enum hl_command_type command);
