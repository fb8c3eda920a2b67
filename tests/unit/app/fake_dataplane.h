// SPDX-License-Identifier: BSD-3-Clause
// A data plane that a report is taken of: what it says is set by the tests.
#pragma once

#include "dataplane/dataplane.h"

extern struct fake_dataplane {
	struct hl_snapshot end;
	const struct hl_state *states; // of the lines
	uint32_t n_states;
	int (*tell)(uint32_t line, const struct hl_command *command);
	uint64_t limits[HL_LIMITS]; // of the program
	uint64_t leftovers, maybe_left;
	double tx_full_ms, lateness_us;
	const struct hl_next_hop *next_hops;
	uint32_t n_next_hops;
	struct hl_example example;
	enum hl_drop example_of; // with `example` known
} fake_dataplane;
