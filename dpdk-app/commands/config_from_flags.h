// SPDX-License-Identifier: BSD-3-Clause
// A configuration from flags alone, with one profile, one range of lines and one port.
#pragma once

#include <heartline/config.h>

#include "commands/options.h"

#define CONFIG_FLAGS 26

// The values of the flags, in the order of the table in config_from_flags.c; NULL where none was
// given.
struct config_flags {
	const char *values[CONFIG_FLAGS];
	uint64_t lines;
};

// Fill in entries for a table of options. Returns how many.
unsigned config_flags_options(struct config_flags *flags, struct option_spec out[CONFIG_FLAGS]);

// The name of the first of these flags that was given, or NULL. They cannot be combined with a
// file.
const char *config_flags_given(const struct config_flags *flags, const struct option_spec specs[]);

// Add the port, the profile and the lines to a configuration that has its defaults.
int config_from_flags(const struct config_flags *flags, const char *port, struct hl_config *config,
		      struct hl_error *err);
