// SPDX-License-Identifier: BSD-3-Clause
// Headers copied from a path, with what differs from one datagram to the next put in.
#include "net/path.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "net/frame.h"
#include "net/headers.h"
#include "net/ipv6.h"

static_assert(PATH_HEADERS_MIN == ETH_BYTES + IPV4_BYTES + UDP_BYTES, "the shortest path");
static_assert(HL_FRAME_MAX == ETH_BYTES + VLAN_TAGS_MAX * VLAN_TAG_BYTES + HL_MTU,
	      "an Ethernet frame");

// Where things stand in a network header.
struct fields {
	uint8_t length_at, length_more; // the field, and what it counts beside the payload
	uint8_t src_at, dst_at, addr_len;
};
static const struct fields ipv4_fields = { 2, IPV4_BYTES, 12, 16, 4 };
static const struct fields ipv6_fields = { 4, 0, 8, 24, 16 };

void path_init(struct path *path, const uint8_t mac[6], enum hl_family family)
{
	static const struct hl_addr none;
	static const uint8_t to_be_found[6];
	static const struct ipv6_header ipv6 = {
		.src = &none,
		.dst = &none,
		.protocol = IP_UDP,
		.hops = IPV6_HOPS,
	};

	*path = (struct path){ .l2_len = ETH_BYTES };
	if (family == HL_FAMILY_IPV6) {
		path->l3_len = IPV6_BYTES;
		frame_write_eth(path->headers, to_be_found, mac, ETHERTYPE_IPV6);
		ipv6_write_header(path->headers + ETH_BYTES, &ipv6);
	} else {
		path->l3_len = IPV4_BYTES;
		frame_write_eth(path->headers, to_be_found, mac, ETHERTYPE_IPV4);
		frame_write_ipv4(path->headers + ETH_BYTES, &none, &none, IP_UDP, 0, true);
	}
	path_seal(path);
}

static const struct fields *fields_of(const struct path *path)
{
	return path->family == HL_FAMILY_IPV4 ? &ipv4_fields : &ipv6_fields;
}

void path_seal(struct path *path)
{
	const uint8_t *ip = path->headers + path->l2_len;

	path->family = ip[0] >> 4; // its version has the number of the family
	if (path->mtu == 0)
		path->mtu = HL_MTU;
	path->payload_at = (uint8_t)(path->l2_len + path->l3_len + UDP_BYTES);
	assert(path->payload_at >= PATH_HEADERS_MIN && path->payload_at <= PATH_HEADERS_MAX);
	const struct fields *at = fields_of(path);
	path->sum = checksum_fold(checksum_add(IP_UDP, ip + at->dst_at, at->addr_len));
}

static uint8_t *tag_put(uint8_t *out, uint16_t ethertype, uint8_t priority, uint16_t id)
{
	store_be16(out, ethertype);
	store_be16(out + 2, (uint16_t)(priority << 13 | id));
	return out + VLAN_TAG_BYTES;
}

void path_tag(struct path *path, const struct path_tags *tags)
{
	uint8_t n = tags->outer != 0 ? 2 : tags->inner != 0 ? 1 : 0, *at = path->headers + 2 * 6;

	assert(path->l2_len == ETH_BYTES);
	memmove(at + n * VLAN_TAG_BYTES, at,
		PATH_HEADERS_MAX - 2 * 6 - VLAN_TAGS_MAX * VLAN_TAG_BYTES);
	if (n == 2)
		at = tag_put(at, tags->outer_type != 0 ? tags->outer_type : ETHERTYPE_SERVICE_VLAN,
			     tags->priority, tags->outer);
	if (n >= 1)
		tag_put(at, ETHERTYPE_VLAN, tags->priority, tags->inner);
	path->l2_len += n * VLAN_TAG_BYTES;
	path_seal(path);
}

void path_set_dscp(struct path *path, uint8_t dscp)
{
	uint8_t *ip = path->headers + path->l2_len;

	if (path->family == HL_FAMILY_IPV4)
		ip[1] = (uint8_t)(dscp << 2);
	else // the traffic class stands across two bytes (RFC 8200 3)
		store_be16(ip, (uint16_t)(6 << 12 | dscp << 6 | (ip[1] & 15)));
}

void path_tag_frame(const struct path *path, struct hl_packet *pkt)
{
	const uint8_t more = path->l2_len - ETH_BYTES;
	uint8_t *tags = pkt->data + 2 * 6;

	if (more == 0)
		return;
	assert(pkt->len + more <= HL_FRAME_MAX);
	memmove(tags + more, tags, pkt->len - 2 * 6);
	memcpy(tags, path->headers + 2 * 6, more);
	pkt->len += more;
	pkt->l2_len += more;
}

void path_to(struct path *path, const struct path *port, const struct hl_endpoint *dst,
	     uint32_t next_hop)
{
	const struct fields *at = fields_of(port);

	assert(dst->addr.family == port->family);
	*path = *port;
	path->next_hop = next_hop;
	memcpy(path->headers + path->l2_len + at->dst_at, dst->addr.bytes, at->addr_len);
	store_be16(path->headers + path->l2_len + path->l3_len + 2, dst->port);
	path_seal(path);
}

// By two moves that overlap, whatever the headers: no loop, no call, and not one byte of the payload.
static inline void headers_copy(uint8_t *out, const struct path *path)
{
	enum { HEAD = 32, TAIL = 40 };
	static_assert((int)TAIL <= PATH_HEADERS_MIN && (int)HEAD + TAIL >= PATH_HEADERS_MAX,
		      "all of it");
	const unsigned tail_at = path->payload_at - TAIL;

	memcpy(out, path->headers, HEAD);
	memcpy(out + tail_at, path->headers + tail_at, TAIL);
}

// Copies an address and returns its sum, each word loaded once.
static inline uint64_t addr_put(uint8_t *out, const struct hl_addr *addr, unsigned len)
{
	uint64_t sum = 0;

	for (unsigned at = 0; at < len; at += 4) {
		uint32_t word = load_be32(addr->bytes + at);

		store_be32(out + at, word);
		sum += word;
	}
	return sum;
}

// Returns the sum of what it has put in. dst: NULL: it is there already.
static inline uint64_t network_put(uint8_t *ip, const struct fields *at, uint16_t udp_len,
				   const struct hl_addr *src, const struct hl_addr *dst)
{
	uint64_t sum = udp_len + addr_put(ip + at->src_at, src, at->addr_len);

	if (dst != NULL)
		sum += addr_put(ip + at->dst_at, dst, at->addr_len);
	store_be16(ip + at->length_at, (uint16_t)(at->length_more + udp_len));
	return sum;
}

// A label that is the same for all of a flow, and looks like chance (RFC 6437 3). addresses: their sum.
static inline void flow_label_put(uint8_t *ip, uint64_t addresses, uint16_t src_port)
{
	uint32_t flow = (uint32_t)checksum_fold(addresses) << 16 | src_port;

	store_be32(ip, load_be32(ip) | ((flow ^ flow >> 15) * 0x9e3779b1u) >> 12);
}

// By itself, so that its registers are not saved for each datagram of IPv4. sum: of what the path has of the
// pseudo header.
static __attribute__((noinline)) uint64_t ipv6_put(uint8_t *ip, uint16_t udp_len,
						   const struct path_ends *ends,
						   const struct hl_addr *dst, uint16_t sum)
{
	uint64_t put = network_put(ip, &ipv6_fields, udp_len, ends->src, dst);

	flow_label_put(ip, sum + put - udp_len, ends->src_port);
	return put;
}

static inline void write(struct hl_packet *pkt, const struct path *path,
			 const struct path_ends *ends, const struct hl_addr *dst,
			 uint16_t payload_len)
{
	const uint16_t udp_len = (uint16_t)(UDP_BYTES + payload_len);
	uint8_t *const out = pkt->data, *ip = out + path->l2_len, *udp = ip + path->l3_len;
	uint64_t sum = path->sum;

	assert(payload_len <= path_room(path));
	headers_copy(out, path);
	memcpy(out, ends->mac, 6);
	if (ends->src_mac != NULL)
		memcpy(out + 6, ends->src_mac, 6);
	if (path->family == HL_FAMILY_IPV4)
		sum += network_put(ip, &ipv4_fields, udp_len, ends->src, dst);
	else
		sum += ipv6_put(ip, udp_len, ends, dst, path->sum);
	store_be16(udp, ends->src_port);
	if (dst != NULL)
		store_be16(udp + 2, ends->dst_port);
	store_be16(udp + 4, udp_len);
	store_be16(udp + 6, checksum_fold(sum)); // the device adds the rest
	pkt->len = (uint16_t)(path->payload_at + payload_len);
	pkt->flags = HL_PACKET_CSUM_OFFLOAD;
	pkt->l2_len = path->l2_len;
	pkt->l3_len = path->l3_len;
}

void path_write(struct hl_packet *pkt, const struct path *path, const struct path_ends *ends,
		uint16_t payload_len)
{
	write(pkt, path, ends, NULL, payload_len);
}

void path_write_to(struct hl_packet *pkt, const struct path *port, const struct path_ends *ends,
		   uint16_t payload_len)
{
	write(pkt, port, ends, ends->dst, payload_len);
}

void path_finish(struct hl_packet *pkt)
{
	uint8_t *ip = pkt->data + pkt->l2_len, *udp = ip + pkt->l3_len;

	if (ip[0] >> 4 == 4) // IPv6 has none
		store_be16(ip + 10, ipv4_checksum(ip));
	uint16_t checksum = checksum_finish(checksum_add(0, udp, load_be16(udp + 4)));
	// 0 would mean "none" (RFC 768), which IPv6 does not allow; the other zero is the same number
	store_be16(udp + 6, checksum != 0 ? checksum : 0xffff);
	pkt->flags &= (uint16_t)~HL_PACKET_CSUM_OFFLOAD;
}

void path_finish_burst(struct hl_burst *tx, uint16_t from)
{
	for (uint16_t k = from; k < tx->n; k++) {
		if (tx->pkts[k].flags & HL_PACKET_CSUM_OFFLOAD)
			path_finish(&tx->pkts[k]);
	}
}
