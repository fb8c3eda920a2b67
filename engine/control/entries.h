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

// The pool of line k of a group, as in struct hl_lines.
static inline uint32_t line_pool(const struct hl_lines *lines, uint64_t k)
{
	return lines->csv != NULL && lines->row_pools != NULL ? lines->row_pools[k] : lines->pool;
}

// Lines of a group that are of a pool, which is HL_POOL_ANY or at most n_pools of the configuration.
static inline uint64_t lines_of_pool(const struct hl_lines *lines, uint32_t pool)
{
	if (lines->csv != NULL && lines->pool_rows != NULL)
		return lines->pool_rows[pool];
	return lines->pool == pool ? lines_count(lines) : 0;
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
