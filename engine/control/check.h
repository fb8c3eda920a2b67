// SPDX-License-Identifier: BSD-3-Clause
// Checks that need the whole configuration. hl_config_check() calls check_config() and puts the fault into words.
#pragma once

#include <heartline/config.h>
#include "control/fault.h"

#define ADDRESSES_MAX (1u << 22)
#define SLOTS_MAX (1ull << 30) // pairs of an address and a port that lines may be given

// Returns 0, or -errno with a fault that names the entry.
int check_config(const struct hl_config *config, struct fault *fault);

// Do the settings of a profile fit together, wherever its servers are?
int check_settings(const struct hl_profile *profile, struct fault *fault);
