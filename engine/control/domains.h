// SPDX-License-Identifier: BSD-3-Clause
// SIP domains of the lines: each profile has its own, and rows of CSV files may name others.
#pragma once

#include <string.h>

#include <heartline/config.h>
#include "control/fault.h"

struct domain {
	uint32_t profile;
	const char *text;
	// The first one of the profile that is the same but for case: host names do not tell case apart
	// (RFC 3261 19.1.4), so lines of both share one AoR when their numbers are equal.
	uint32_t same;
};

// They point into the configuration, which must stay.
struct domains {
	uint32_t n;
	struct domain *list; // each profile's own by its index, then those of rows
	uint16_t **of_rows;  // by group and row; NULL: the whole group is in the profile's own
	char (*addresses)[HL_HOST_TEXT]; // of primaries that are a profile's own domain
};

// 0; -errno with fault. Free with domains_free() in either case.
int domains_make(struct domains *domains, const struct hl_config *config, struct fault *fault);
void domains_free(struct domains *domains, const struct hl_config *config);

// Bytes of the host in "HOST:PORT"; one of IPv6 stands in brackets, and they belong to it.
static inline uint32_t host_length(const char *text)
{
	return (uint32_t)(*text == '[' ? strcspn(text, "]") + 1 : strcspn(text, ":"));
}

// Index of the domain of line k of a group.
static inline uint16_t domain_of(const struct domains *domains, const struct hl_config *config,
				 uint32_t group, uint32_t k)
{
	const uint16_t *of_rows = domains->of_rows[group];

	return of_rows != NULL ? of_rows[k] : (uint16_t)config->lines[group].profile;
}
