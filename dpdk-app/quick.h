// SPDX-License-Identifier: BSD-3-Clause
// A configuration from flags alone: one profile, one range of lines, one port.
#pragma once

#include <heartline/config.h>

#include "options.h"

#define QUICK_OPTIONS 26

// Values of the flags as given, NULL where they were not; by the order of the table in quick.c.
struct quick {
	const char *values[QUICK_OPTIONS];
	uint64_t lines;
};

// Entries for a table of options. Returns how many.
unsigned quick_options(struct quick *quick, struct option_spec out[QUICK_OPTIONS]);

// The first of these flags that was given, or NULL: they do not go with a file.
const char *quick_given(const struct quick *quick, const struct option_spec specs[]);

// Add port, profile and lines to a configuration that has its defaults.
int quick_config(const struct quick *quick, const char *port, struct hl_config *config,
		 struct hl_error *err);
