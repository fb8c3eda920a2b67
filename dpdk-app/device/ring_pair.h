// SPDX-License-Identifier: BSD-3-Clause
// Two ports joined back to back by rings: both ends of a link in one process, without any device.
#pragma once

#include "device/port.h"

// Create and start both ports. *near and *far are zero.
int ring_pair_open(struct port *near, struct port *far, struct rte_mempool *pool,
		   struct hl_error *err);
