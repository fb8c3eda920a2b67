// SPDX-License-Identifier: BSD-3-Clause
// Starts DPDK's environment with the user's options, and with defaults for what they leave open.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>

#include "device/device.h"

// What the user wrote behind "--".
struct eal_arguments {
	int argc;
	char **argv;
};

struct eal_request {
	const struct device *devices; // NULL: none (rings)
	unsigned n_devices;
	unsigned n_loops;      // lcores wanted besides the main one, when the user names none
	uint64_t memory_bytes; // for packet buffers
	const struct eal_arguments *user;
};

// Start EAL. Afterwards the calling thread is the main lcore. It polls nothing, so unless the user
// named the lcores it may run on any processor.
int eal_start(const struct eal_request *request, struct hl_error *err);

// Did the user name the lcores?
bool eal_lcores_given(const struct eal_arguments *user);

void eal_stop(void);
