// SPDX-License-Identifier: BSD-3-Clause
// What of a configuration cannot change while lines run, outside of the settings of profiles.
#pragma once

#include <stdint.h>

#include <heartline/config.h>

// The place of a profile of this name; UINT32_MAX: there is none.
uint32_t profile_find(const struct hl_config *config, const char *name);

// -EINVAL with a message that points into the file: this needs a restart.
int reload_check(const struct hl_config *now, const struct hl_config *next, const char *path,
		 struct hl_error *err);
