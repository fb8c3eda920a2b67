// SPDX-License-Identifier: BSD-3-Clause
// IPv6 headers: how far a datagram goes, and what stands behind its extension headers (RFC 8200 4).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/addr.h>

enum {
	IPV6_HOP_BY_HOP = 0,
	IPV6_ROUTING = 43,
	IPV6_FRAGMENT = 44,
	IPV6_ICMP = 58,
	IPV6_NOTHING = 59,
	IPV6_OPTIONS = 60,
	IPV6_FRAGMENT_BYTES = 8,
	IPV6_HOPS = 64,      // of what we send
	IPV6_HOPS_ALL = 255, // of what a neighbour has sent, and no router passed on (RFC 4861 3.1)
};

enum ipv6_kind {
	IPV6_BAD, // lengths that cannot be
	IPV6_REFUSED, // a header or an option that is to be dropped where it is not known, or too many headers
	IPV6_PART,     // of a datagram: at `at` stands what is behind its fragment header
	IPV6_DATAGRAM, // at `at` stands what `protocol` says
};

struct ipv6_walk {
	uint8_t protocol; // behind the extension headers
	uint16_t at;      // from the IPv6 header
	uint16_t end;     // of the datagram
};

// ip: `room` bytes from the header on, Ethernet padding and all.
enum ipv6_kind ipv6_walk(const uint8_t *ip, uint16_t room, struct ipv6_walk *out);

struct ipv6_header {
	const struct hl_addr *src, *dst;
	uint16_t payload_len;
	uint8_t protocol, hops;
};
void ipv6_write_header(uint8_t *out, const struct ipv6_header *h);

// ff02::1:ffXX:XXXX of an address (RFC 4291 2.7.1), and the Ethernet address of a group (RFC 2464 7).
struct hl_addr ipv6_solicited_node(const struct hl_addr *addr);
void ipv6_group_mac(const struct hl_addr *group, uint8_t mac[6]);
