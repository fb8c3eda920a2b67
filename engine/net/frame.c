// SPDX-License-Identifier: BSD-3-Clause
// Ethernet, IPv4 and UDP over bytes. Every length is checked against the frame before it is used.
#include "net/frame.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"

enum {
	ICMP_BYTES = 8,
	IPV4_TTL = 64, // RFC 1700
	IPV4_DONT_FRAGMENT = 0x4000,
	IPV4_FRAGMENT = 0x3fff, // more to come, or not the first
};

static_assert(FRAME_UDP_AT == 42 && HL_FRAME_MAX == ETH_BYTES + 1500, "an Ethernet frame");

// Into a cleared one, and not by value: the copy would be loaded across the stores that made it, and
// wait for them.
static void addr_load(struct hl_addr *addr, const uint8_t bytes[4])
{
	addr->family = HL_FAMILY_IPV4;
	memcpy(addr->bytes, bytes, 4);
}

// udp: the `room` bytes behind the header `ip`, up to the end of the datagram.
static enum frame_kind udp_read(const uint8_t *udp, uint16_t room, const uint8_t *ip,
				uint16_t flags, struct frame *out)
{
	if (room < UDP_BYTES)
		return FRAME_BAD;
	uint16_t udp_len = load_be16(udp + 4);
	if (udp_len < UDP_BYTES || udp_len > room)
		return FRAME_BAD;
	if (!(flags & HL_PACKET_CSUM_GOOD) && load_be16(udp + 6) != 0) {
		uint64_t sum = checksum_pseudo_ipv4(ip + 12, ip + 16, IP_UDP, udp_len);
		if (checksum_finish(checksum_add(sum, udp, udp_len)) != 0)
			return FRAME_BAD_CHECKSUM;
	}
	out->src_port = load_be16(udp);
	out->dst_port = load_be16(udp + 2);
	out->payload = udp + UDP_BYTES;
	out->payload_len = udp_len - UDP_BYTES;
	return FRAME_UDP;
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

// A header without options: fewer instructions than a loop needs.
static uint16_t ipv4_checksum(const uint8_t *ip)
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

static bool ipv4_checksum_good(const uint8_t *ip, uint16_t header_len)
{
	if (header_len == IPV4_BYTES)
		return ipv4_checksum(ip) == 0;
	return checksum_finish(checksum_add(0, ip, header_len)) == 0;
}

static enum frame_kind fragment_read(const uint8_t *ip, uint16_t len, struct frame *out)
{
	addr_load(&out->src, ip + 12);
	addr_load(&out->dst, ip + 16);
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

	addr_load(&out->src, ip + 12);
	addr_load(&out->dst, ip + 16);
	switch (ip[9]) {
	case IP_UDP:
		return udp_read(ip + header_len, total_len - header_len, ip, flags, out);
	case IP_ICMP:
		return icmp_frame_read(ip + header_len, total_len - header_len, out);
	default:
		return FRAME_OTHER;
	}
}

enum frame_kind frame_read_datagram(const uint8_t *udp, uint16_t len, const uint8_t *ip,
				    struct frame *out)
{
	*out = (struct frame){ 0 };
	addr_load(&out->src, ip + 12);
	addr_load(&out->dst, ip + 16);
	return udp_read(udp, len, ip, 0, out);
}

enum frame_kind frame_read(const uint8_t *bytes, uint16_t len, uint16_t flags, struct frame *out)
{
	*out = (struct frame){ 0 };
	if (len < ETH_BYTES)
		return FRAME_BAD;

	const uint8_t *payload = bytes + ETH_BYTES;
	uint16_t room = len - ETH_BYTES;
	switch (load_be16(bytes + 12)) {
	case ETHERTYPE_IPV4:
		return ipv4_read(payload, room, flags, out);
	case ETHERTYPE_ARP:
		if (room < ARP_BYTES)
			return FRAME_BAD;
		out->payload = payload;
		out->payload_len = ARP_BYTES; // the rest is padding
		return FRAME_ARP;
	default:
		return FRAME_OTHER; // a VLAN tag, too, as long as we have no VLANs
	}
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
	assert(payload_len <= HL_FRAME_MAX - ETH_BYTES - IPV4_BYTES);
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

// 0 would mean "none" (RFC 768); the other zero is the same number.
static uint16_t udp_checksum(uint64_t sum, const uint8_t *udp, uint16_t len)
{
	uint16_t checksum = checksum_finish(checksum_add(sum, udp, len));

	return checksum != 0 ? checksum : 0xffff;
}

static void frame_finish(struct hl_packet *pkt)
{
	uint8_t *ip = pkt->data + ETH_BYTES, *udp = ip + IPV4_BYTES;

	assert(ip[0] == (4 << 4 | IPV4_BYTES / 4) && ip[9] == IP_UDP);
	store_be16(ip + 10, ipv4_checksum(ip));
	store_be16(udp + 6, udp_checksum(0, udp, load_be16(udp + 4)));
	pkt->flags &= (uint16_t)~HL_PACKET_CSUM_OFFLOAD;
}

void frame_finish_burst(struct hl_burst *tx, uint16_t from)
{
	for (uint16_t k = from; k < tx->n; k++) {
		if (tx->pkts[k].flags & HL_PACKET_CSUM_OFFLOAD)
			frame_finish(&tx->pkts[k]);
	}
}

void frame_write_udp(struct hl_packet *pkt, const struct frame_route *route,
		     const struct hl_addr *src, uint16_t src_port, const struct hl_addr *dst,
		     uint16_t dst_port, uint16_t payload_len, bool offload)
{
	assert(payload_len <= HL_FRAME_MAX - FRAME_UDP_AT);
	uint16_t udp_len = UDP_BYTES + payload_len;
	uint8_t *udp = pkt->data + ETH_BYTES + IPV4_BYTES;

	frame_write_eth(pkt->data, route->dst_mac, route->src_mac, ETHERTYPE_IPV4);
	frame_write_ipv4(pkt->data + ETH_BYTES, src, dst, IP_UDP, udp_len, offload);
	store_be16(udp, src_port);
	store_be16(udp + 2, dst_port);
	store_be16(udp + 4, udp_len);
	store_be16(udp + 6, 0);

	uint64_t sum = checksum_pseudo_ipv4(src->bytes, dst->bytes, IP_UDP, udp_len);
	if (offload)
		store_be16(udp + 6, (uint16_t)~checksum_finish(sum)); // the device adds the rest
	else
		store_be16(udp + 6, udp_checksum(sum, udp, udp_len));
	pkt->len = FRAME_UDP_AT + payload_len;
	pkt->flags = offload ? HL_PACKET_CSUM_OFFLOAD : 0;
}
