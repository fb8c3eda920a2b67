// SPDX-License-Identifier: BSD-3-Clause
// Phone numbers must be unique in a domain of a profile: two lines with one AoR would replace each
// other's binding.
#pragma once

#include <heartline/config.h>
#include "control/domains.h"

// 0; -errno with fault.
int duplicate_numbers_check(const struct hl_config *config, const struct domains *domains,
			    struct fault *fault);
