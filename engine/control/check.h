// SPDX-License-Identifier: BSD-3-Clause
// What can only be seen over the whole configuration; hl_config_check() without the text.
#pragma once

#include <heartline/config.h>
#include "control/fault.h"

#define ADDRESSES_MAX (1u << 22)
#define SLOTS_MAX (1ull << 30) // (address, port) pairs that lines may get

// 0; -errno with a fault that names the entry.
int check_config(const struct hl_config *config, struct fault *fault);

// Do the settings of a profile fit together, wherever its servers are?
int check_settings(const struct hl_profile *profile, struct fault *fault);
