// SPDX-License-Identifier: BSD-3-Clause
// Checks of pools, for check.c: 0, or -errno with a fault.
#pragma once

#include "control/pools.h"

// *addresses: how many they have, added up.
int pools_check(const struct hl_config *config, const struct pools *pools, uint64_t *addresses,
		struct fault *fault);

// Can the lines of a pool send to a server?
int pool_server_check(const struct hl_pool *pool, const struct hl_endpoint *server,
		      struct fault *fault);
