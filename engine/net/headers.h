// SPDX-License-Identifier: BSD-3-Clause
// Sizes and numbers of the headers on the wire. For engine/net alone: everybody else asks a path where a
// payload begins, and frame_read() what a frame holds.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <heartline/addr.h>
#include "base/checksum.h"

enum {
	ETH_BYTES = 14,
	IPV4_BYTES = 20, // without options, as we write it
	IPV6_BYTES = 40,
	UDP_BYTES = 8,
	ARP_BYTES = 28,
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_VLAN = 0x8100,         // IEEE 802.1Q: a customer tag
	ETHERTYPE_SERVICE_VLAN = 0x88a8, // 802.1ad: the outer one of two
	VLAN_TAG_BYTES = 4,
	VLAN_TAGS_MAX = 2,
	VLAN_ID_MASK = 0xfff,
	VLAN_ID_BITS = 12,
	ETHERTYPE_IPV6 = 0x86dd,
	IP_ICMP = 1,
};

// Ethernet, and IPv4: TTL 64, never fragmented; its checksum is finished, or 0 (offload). `out`: first byte
// of the header.
void frame_write_eth(uint8_t *out, const uint8_t dst_mac[6], const uint8_t src_mac[6],
		     uint16_t ethertype);
void frame_write_ipv4(uint8_t *out, const struct hl_addr *src, const struct hl_addr *dst,
		      uint8_t protocol, uint16_t payload_len, bool offload);

static inline bool ethertype_is_tag(uint16_t ethertype)
{
	return ethertype == ETHERTYPE_VLAN || ethertype == ETHERTYPE_SERVICE_VLAN;
}

// A frame's link header: bytes of it, the type of what follows, and the VLANs (frame.h).
struct link_header {
	uint16_t len, ethertype;
	uint32_t vlan;
};

// False: it ends before the type, or has more than two tags. What `out` then says of VLANs is true as far as
// it was read.
bool link_header_read(const uint8_t *bytes, uint16_t len, struct link_header *out);

// Of an IPv4 header without options: fewer instructions than a loop needs.
static inline uint16_t ipv4_checksum(const uint8_t *ip)
{
	uint64_t a, b;
	uint32_t c;

	memcpy(&a, ip, 8);
	memcpy(&b, ip + 8, 8);
	memcpy(&c, ip + 16, 4);
	// the machine's byte order does not matter, but for a swap at the end (RFC 1071 2(B))
	return __builtin_bswap16(
		checksum_finish((a & 0xffffffff) + (a >> 32) + (b & 0xffffffff) + (b >> 32) + c));
}
