// SPDX-License-Identifier: BSD-3-Clause
// Ethernet, IP and UDP over bytes: reading them. Every length is checked against the frame before it is used.
#include "net/frame.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "net/headers.h"
#include "net/ipv6.h"

enum {
	ICMP_BYTES = 8,
	IPV4_TTL = 64, // RFC 1700
	IPV4_DONT_FRAGMENT = 0x4000,
	IPV4_FRAGMENT = 0x3fff, // more to come, or not the first
	NDP_FIRST = 133,        // router solicitation (RFC 4861 4)
	NDP_LAST = 137,         // redirect
};

// Into a cleared one, and not by value: the copy would be loaded across the stores that made it, and
// wait for them.
static void addr_load(struct hl_addr *addr, const uint8_t bytes[4])
{
	addr->family = HL_FAMILY_IPV4;
	memcpy(addr->bytes, bytes, 4);
}

static enum frame_kind udp_take(const uint8_t *udp, uint16_t udp_len, struct frame *out)
{
	out->src.port = load_be16(udp);
	out->dst.port = load_be16(udp + 2);
	out->payload = udp + UDP_BYTES;
	out->payload_len = udp_len - UDP_BYTES;
	return FRAME_UDP;
}

// The datagram's length; 0: one that cannot be.
static uint16_t udp_length(const uint8_t *udp, uint16_t room)
{
	if (room < UDP_BYTES)
		return 0;
	uint16_t udp_len = load_be16(udp + 4);
	return udp_len < UDP_BYTES || udp_len > room ? 0 : udp_len;
}

// udp: the `room` bytes behind the header `ip`, up to the end of the datagram.
static enum frame_kind udp_read(const uint8_t *udp, uint16_t room, const uint8_t *ip,
				uint16_t flags, struct frame *out)
{
	uint16_t udp_len = udp_length(udp, room);
	if (udp_len == 0)
		return FRAME_BAD;
	if (!(flags & HL_PACKET_CSUM_GOOD) && load_be16(udp + 6) != 0) {
		uint64_t sum = checksum_pseudo_ipv4(ip + 12, ip + 16, IP_UDP, udp_len);
		if (checksum_finish(checksum_add(sum, udp, udp_len)) != 0)
			return FRAME_BAD_CHECKSUM;
	}
	return udp_take(udp, udp_len, out);
}

static enum frame_kind icmp_frame_read(const uint8_t *icmp, uint16_t room, struct frame *out)
{
	if (room < ICMP_BYTES)
		return FRAME_BAD;
	if (checksum_finish(checksum_add(0, icmp, room)) != 0)
		return FRAME_BAD_CHECKSUM;
	out->payload = icmp;
	out->payload_len = room;
	return FRAME_ICMP;
}

static bool ipv4_checksum_good(const uint8_t *ip, uint16_t header_len)
{
	if (header_len == IPV4_BYTES)
		return ipv4_checksum(ip) == 0;
	return checksum_finish(checksum_add(0, ip, header_len)) == 0;
}

static enum frame_kind fragment_read(const uint8_t *ip, uint16_t len, struct frame *out)
{
	out->header_len = (ip[0] & 15) * 4;
	addr_load(&out->src.addr, ip + 12);
	addr_load(&out->dst.addr, ip + 16);
	out->protocol = ip[9];
	out->payload = ip;
	out->payload_len = len;
	return FRAME_FRAGMENT;
}

static enum frame_kind ipv4_read(const uint8_t *ip, uint16_t room, uint16_t flags,
				 struct frame *out)
{
	if (room < IPV4_BYTES || ip[0] >> 4 != 4)
		return FRAME_BAD;
	uint16_t header_len = (ip[0] & 15) * 4; // more than IPV4_BYTES: options, stepped over
	if (header_len < IPV4_BYTES || header_len > room)
		return FRAME_BAD;
	if (!(flags & HL_PACKET_CSUM_GOOD) && !ipv4_checksum_good(ip, header_len))
		return FRAME_BAD_CHECKSUM;
	uint16_t total_len = load_be16(ip + 2);
	if (total_len < header_len || total_len > room)
		return FRAME_BAD;
	if (load_be16(ip + 6) & IPV4_FRAGMENT)
		return fragment_read(ip, total_len, out);

	addr_load(&out->src.addr, ip + 12);
	addr_load(&out->dst.addr, ip + 16);
	switch (ip[9]) {
	case IP_UDP:
		return udp_read(ip + header_len, total_len - header_len, ip, flags, out);
	case IP_ICMP:
		return icmp_frame_read(ip + header_len, total_len - header_len, out);
	default:
		return FRAME_OTHER;
	}
}

static void ipv6_addresses(const uint8_t *ip, struct frame *out)
{
	out->src.addr.family = out->dst.addr.family = HL_FAMILY_IPV6;
	memcpy(out->src.addr.bytes, ip + 8, 16);
	memcpy(out->dst.addr.bytes, ip + 24, 16);
}

static bool ipv6_sum_good(const uint8_t *ip, uint8_t protocol, const uint8_t *bytes, uint16_t len)
{
	uint64_t sum = checksum_pseudo_ipv6(ip + 8, protocol, len);

	return checksum_finish(checksum_add(sum, bytes, len)) == 0;
}

static enum frame_kind udp_ipv6_read(const uint8_t *udp, uint16_t room, const uint8_t *ip,
				     uint16_t flags, struct frame *out)
{
	uint16_t udp_len = udp_length(udp, room);
	if (udp_len == 0)
		return FRAME_BAD;
	if (load_be16(udp + 6) == 0)
		return FRAME_BAD_CHECKSUM;
	if (!(flags & (HL_PACKET_CSUM_GOOD | HL_PACKET_UDP_GOOD)) &&
	    !ipv6_sum_good(ip, IP_UDP, udp, udp_len))
		return FRAME_BAD_CHECKSUM;
	return udp_take(udp, udp_len, out);
}

static enum frame_kind icmp_ipv6_read(const uint8_t *icmp, uint16_t room, const uint8_t *ip,
				      struct frame *out)
{
	if (room < ICMP_BYTES)
		return FRAME_BAD;
	if (!ipv6_sum_good(ip, IPV6_ICMP, icmp, room))
		return FRAME_BAD_CHECKSUM;
	out->payload = icmp;
	out->payload_len = room;
	if (icmp[0] < NDP_FIRST || icmp[0] > NDP_LAST)
		return FRAME_ICMP;
	return ip[7] == IPV6_HOPS_ALL ? FRAME_NDP : FRAME_BAD;
}

static enum frame_kind ipv6_read(const uint8_t *ip, uint16_t room, uint16_t flags,
				 struct frame *out)
{
	struct ipv6_walk w;
	enum ipv6_kind kind = ipv6_walk(ip, room, &w);

	if (kind == IPV6_BAD)
		return FRAME_BAD;
	ipv6_addresses(ip, out);
	if (kind == IPV6_REFUSED)
		return FRAME_OTHER;
	if (kind == IPV6_PART) {
		out->protocol = w.protocol;
		out->header_len = w.at;
		out->payload = ip;
		out->payload_len = w.end;
		return FRAME_FRAGMENT;
	}
	switch (w.protocol) {
	case IP_UDP:
		return udp_ipv6_read(ip + w.at, w.end - w.at, ip, flags, out);
	case IPV6_ICMP:
		return icmp_ipv6_read(ip + w.at, w.end - w.at, ip, out);
	default:
		return FRAME_OTHER;
	}
}

enum frame_kind frame_read_datagram(const uint8_t *udp, uint16_t len, const uint8_t *ip,
				    struct frame *out)
{
	*out = (struct frame){ 0 };
	if (ip[0] >> 4 == 6) {
		ipv6_addresses(ip, out);
		return udp_ipv6_read(udp, len, ip, 0, out);
	}
	addr_load(&out->src.addr, ip + 12);
	addr_load(&out->dst.addr, ip + 16);
	return udp_read(udp, len, ip, 0, out);
}

bool link_header_read(const uint8_t *bytes, uint16_t len, struct link_header *out)
{
	*out = (struct link_header){ .len = ETH_BYTES };
	if (len < ETH_BYTES)
		return false;
	out->ethertype = load_be16(bytes + ETH_BYTES - 2);
	for (unsigned tags = 0; ethertype_is_tag(out->ethertype); tags++) {
		if (tags == VLAN_TAGS_MAX)
			return false;
		if (len < out->len + VLAN_TAG_BYTES) {
			out->ethertype = 0;
			return false;
		}
		// Number 0 is that of no VLAN: such a tag carries a priority alone.
		uint16_t id = load_be16(bytes + out->len) & VLAN_ID_MASK;
		if (id != 0)
			out->vlan = out->vlan << VLAN_ID_BITS | id;
		out->ethertype = load_be16(bytes + out->len + 2);
		out->len += VLAN_TAG_BYTES;
	}
	return true;
}

enum frame_kind frame_read(const uint8_t *bytes, uint16_t len, uint16_t flags, struct frame *out)
{
	*out = (struct frame){ 0 };
	if (len < ETH_BYTES)
		return FRAME_BAD;

	uint16_t header = ETH_BYTES, ethertype = load_be16(bytes + 12);
	if (ethertype_is_tag(ethertype)) {
		struct link_header link;
		bool whole = link_header_read(bytes, len, &link);

		out->vlan = link.vlan;
		if (!whole)
			return ethertype_is_tag(link.ethertype) ? FRAME_TAGS : FRAME_BAD;
		header = link.len;
		ethertype = link.ethertype;
	}
	const uint8_t *payload = bytes + header;
	uint16_t room = len - header;
	switch (ethertype) {
	case ETHERTYPE_IPV4:
		return ipv4_read(payload, room, flags, out);
	case ETHERTYPE_ARP:
		if (room < ARP_BYTES)
			return FRAME_BAD;
		out->payload = payload;
		out->payload_len = ARP_BYTES; // the rest is padding
		return FRAME_ARP;
	case ETHERTYPE_IPV6:
		return ipv6_read(payload, room, flags, out);
	default:
		return FRAME_OTHER;
	}
}

struct hl_addr frame_source(const uint8_t *bytes, uint16_t len)
{
	struct hl_addr src = { .family = HL_FAMILY_NONE };
	struct link_header link;

	if (!link_header_read(bytes, len, &link))
		return src;
	if (len >= link.len + IPV4_BYTES && link.ethertype == ETHERTYPE_IPV4)
		addr_load(&src, bytes + link.len + 12);
	if (len >= link.len + IPV6_BYTES && link.ethertype == ETHERTYPE_IPV6) {
		src.family = HL_FAMILY_IPV6;
		memcpy(src.bytes, bytes + link.len + 8, 16);
	}
	return src;
}

void frame_write_eth(uint8_t *out, const uint8_t dst_mac[6], const uint8_t src_mac[6],
		     uint16_t ethertype)
{
	memcpy(out, dst_mac, 6);
	memcpy(out + 6, src_mac, 6);
	store_be16(out + 12, ethertype);
}

void frame_write_ipv4(uint8_t *out, const struct hl_addr *src, const struct hl_addr *dst,
		      uint8_t protocol, uint16_t payload_len, bool offload)
{
	assert(payload_len <= HL_MTU - IPV4_BYTES);
	out[0] = 4 << 4 | IPV4_BYTES / 4;
	out[1] = 0;
	store_be16(out + 2, (uint16_t)(IPV4_BYTES + payload_len));
	store_be16(out + 4, 0); // an atomic datagram needs no identification (RFC 6864 4.1)
	store_be16(out + 6, IPV4_DONT_FRAGMENT);
	out[8] = IPV4_TTL;
	out[9] = protocol;
	store_be16(out + 10, 0);
	memcpy(out + 12, src->bytes, 4);
	memcpy(out + 16, dst->bytes, 4);
	if (!offload)
		store_be16(out + 10, ipv4_checksum(out));
}
