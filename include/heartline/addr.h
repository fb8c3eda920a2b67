// SPDX-License-Identifier: BSD-3-Clause
// Addresses, family-tagged from the first day.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hl_family { HL_FAMILY_NONE = 0, HL_FAMILY_IPV4 = 4, HL_FAMILY_IPV6 = 6 };

struct hl_addr {
	uint8_t family;    // enum hl_family
	uint8_t bytes[16]; // network order; IPv4 uses the first four
};

struct hl_endpoint {
	struct hl_addr addr;
	uint16_t port; // host order
};

#define HL_ADDR_TEXT 46 // longest text with its NUL (INET6_ADDRSTRLEN)

/** Read "10.0.0.1" or "2001:db8::1". @return 0 or -EINVAL */
int hl_addr_parse(const char *text, size_t len, struct hl_addr *addr);

/** Write the text and a NUL. @return length without the NUL */
size_t hl_addr_format(const struct hl_addr *addr, char out[HL_ADDR_TEXT]);

/** Read "10.0.0.1:5060" (IPv4 only); without ":port" @p default_port is taken. @return 0 or -EINVAL */
int hl_endpoint_parse(const char *text, size_t len, uint16_t default_port, struct hl_endpoint *at);

bool hl_addr_equal(const struct hl_addr *a, const struct hl_addr *b);

/** IPv4 as a host-order number, for arithmetic on ranges. */
uint32_t hl_addr_ipv4(const struct hl_addr *addr);
struct hl_addr hl_addr_from_ipv4(uint32_t host_order);
