// SPDX-License-Identifier: BSD-3-Clause
// Prefixes of addresses: which network an address is in, and how far that reaches. Both families.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <heartline/addr.h>

struct hl_prefix {
	struct hl_addr addr; // the first address: all bits beyond len are 0
	uint8_t len;         // 0..32, or 0..128
};

#define HL_PREFIX_TEXT (HL_ADDR_TEXT + 4) // longest text with its NUL

/** The network of so long a prefix that an address is in. @param len  cut to what its family has */
struct hl_prefix hl_prefix_of(const struct hl_addr *addr, uint8_t len);

/** Read "10.0.0.0/8", "2001:db8::/32"; bits beyond the length must be 0. @return 0 or -EINVAL */
int hl_prefix_parse(const char *text, size_t len, struct hl_prefix *prefix);

/** Write the text and a NUL. @return length without the NUL */
size_t hl_prefix_format(const struct hl_prefix *prefix, char out[HL_PREFIX_TEXT]);

/** Never an address of another family. */
bool hl_prefix_contains(const struct hl_prefix *prefix, const struct hl_addr *addr);

/** The last address; of IPv4, where there are more than two, for broadcasts. */
struct hl_addr hl_prefix_last(const struct hl_prefix *prefix);

/** How many addresses it has. @return UINT64_MAX: as many, or more */
uint64_t hl_prefix_count(const struct hl_prefix *prefix);
