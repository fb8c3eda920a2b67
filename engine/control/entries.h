// SPDX-License-Identifier: BSD-3-Clause
// Values that are ranges: of addresses and of phone numbers.
#pragma once

#include <heartline/config.h>
#include "control/fault.h"

#define PREFIX_NONE (-1)

// Add "10.0.0.1-10.0.0.9/24", "10.0.0.1/24" or either without "/24" to a port. *prefix: that of the
// entries before, or PREFIX_NONE. 0; -errno with fault->what.
int addresses_add(struct hl_port *port, const char *text, int *prefix, struct fault *fault);

// "dhcp", in place of them all.
int addresses_by_dhcp(struct hl_port *port, struct fault *fault);

// Set the range of a group from "6000-15999" or "6000". 0; -EINVAL with fault->what.
int range_set(struct hl_lines *lines, const char *text, struct fault *fault);

#define RANGE_DIGITS_MAX 18

// Lines of a group.
static inline uint64_t lines_count(const struct hl_lines *lines)
{
	return lines->csv != NULL ? lines->n_rows : lines->last - lines->first + 1;
}

// Digits of a number of a range: as wide as the first was written, wider when it must be.
static inline uint32_t range_width(const struct hl_lines *lines, uint64_t number)
{
	uint32_t digits = 1;

	while (number >= 10) {
		number /= 10;
		digits++;
	}
	return digits > lines->digits ? digits : lines->digits;
}
