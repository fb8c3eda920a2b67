// SPDX-License-Identifier: BSD-3-Clause
// A configuration from flags alone: one profile, one range of lines, one port.
#pragma once

#include <heartline/config.h>

#include "commands/options.h"

#define CONFIG_FLAGS 26

// Values of the flags as given, NULL where they were not; by the order of the table in config_from_flags.c.
struct config_flags {
	const char *values[CONFIG_FLAGS];
	uint64_t lines;
};

// Entries for a table of options. Returns how many.
unsigned config_flags_options(struct config_flags *flags, struct option_spec out[CONFIG_FLAGS]);

// The first of these flags that was given, or NULL: they do not go with a file.
const char *config_flags_given(const struct config_flags *flags, const struct option_spec specs[]);

// Add port, profile and lines to a configuration that has its defaults.
int config_from_flags(const struct config_flags *flags, const char *port, struct hl_config *config,
		      struct hl_error *err);
