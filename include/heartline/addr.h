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

#define HL_ADDR_TEXT 46                     // longest text with its NUL (INET6_ADDRSTRLEN)
#define HL_HOST_TEXT (HL_ADDR_TEXT + 2)     // with brackets
#define HL_ENDPOINT_TEXT (HL_HOST_TEXT + 6) // with a colon and a port

/** Read "10.0.0.1" or "2001:db8::1". @return 0 or -EINVAL */
int hl_addr_parse(const char *text, size_t len, struct hl_addr *addr);

/** Write the text and a NUL. @return length without the NUL */
size_t hl_addr_format(const struct hl_addr *addr, char out[HL_ADDR_TEXT]);

/** Write the text as it stands in a URI: IPv6 in brackets (RFC 3261 25.1). @return length without the NUL */
size_t hl_addr_format_host(const struct hl_addr *addr, char out[HL_HOST_TEXT]);

/** Write "10.0.0.1:5060" or "[2001:db8::1]:5060". @return length without the NUL */
size_t hl_endpoint_format(const struct hl_endpoint *at, char out[HL_ENDPOINT_TEXT]);

/**
 * Read "10.0.0.1:5060" or "[2001:db8::1]:5060"; without ":port" @p default_port is taken, and then brackets
 * may be left out. @return 0 or -EINVAL
 */
int hl_endpoint_parse(const char *text, size_t len, uint16_t default_port, struct hl_endpoint *at);

/** Can it be that of one host? Not unspecified, loopback of IPv6, multicast, broadcast, or IPv4 within IPv6. */
bool hl_addr_is_host(const struct hl_addr *addr);

bool hl_addr_equal(const struct hl_addr *a, const struct hl_addr *b);

/** Bits of an address of its family: 32, 128, or 0. */
int hl_addr_bits(const struct hl_addr *addr);

/** The last 32 bits as a number: what tells the addresses of a range apart. */
uint32_t hl_addr_number(const struct hl_addr *addr);

/** The address so many behind one, within the last 64 bits of IPv6. */
struct hl_addr hl_addr_behind(const struct hl_addr *addr, uint32_t n);

/** IPv4 as a host-order number, for arithmetic on ranges. */
uint32_t hl_addr_ipv4(const struct hl_addr *addr);
struct hl_addr hl_addr_from_ipv4(uint32_t host_order);
