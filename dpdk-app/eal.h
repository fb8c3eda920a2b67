// SPDX-License-Identifier: BSD-3-Clause
// Starts DPDK's environment: the user's own options, and sensible ones for what they leave open.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>

#include "device.h"

struct eal_request {
	const struct device *device; // NULL: none (rings)
	unsigned n_lanes;            // lcores wanted besides the main one, when the user names none
	uint64_t memory_bytes;       // for packet buffers
	int user_argc;
	char **user_argv;
};

// Start EAL. Afterwards the calling thread is the main lcore; it polls nothing, so when the
// processors were chosen here it floats over all of them.
int eal_start(const struct eal_request *request, struct hl_error *err);

// Did the user name the lcores?
bool eal_lcores_given(int user_argc, char **user_argv);

void eal_stop(void);
