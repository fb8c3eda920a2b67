// SPDX-License-Identifier: BSD-3-Clause
// Addresses and ports taken from a frame without reading the rest of it.
#include "net/peek.h"

#include "base/bytes.h"
#include "net/frame.h"
#include "net/headers.h"
#include "net/ipv6.h"

enum { ICMP_UNREACHABLE = 3, ICMPV6_UNREACHABLE = 1, ICMPV6_TOO_BIG = 2, ICMP_HEADER_BYTES = 8 };

static bool is_later_fragment(const uint8_t *ip)
{
	return (load_be16(ip + 6) & 0x1fff) != 0;
}

// An IPv4 header whose UDP or ICMP header follows; its length, or 0.
static uint16_t ipv4_peek(const uint8_t *ip, uint16_t len)
{
	uint16_t header;

	if (len < IPV4_BYTES || ip[0] >> 4 != 4)
		return 0;
	header = (uint16_t)((ip[0] & 15) * 4);
	if (header < IPV4_BYTES || len < header + UDP_BYTES || is_later_fragment(ip))
		return 0;
	return header;
}

static struct hl_endpoint endpoint_peek(const uint8_t *addr, const uint8_t *port)
{
	return (struct hl_endpoint){ hl_addr_from_ipv4(load_be32(addr)), load_be16(port) };
}

static struct hl_endpoint endpoint_peek_ipv6(const uint8_t *addr, const uint8_t *port)
{
	struct hl_endpoint at = { .addr.family = HL_FAMILY_IPV6, .port = load_be16(port) };

	memcpy(at.addr.bytes, addr, 16);
	return at;
}

// The fragment that frame_read() calls one; of all others no worker but the line's needs to know.
static enum peek_kind ipv6_peek(const uint8_t *ip, uint16_t room, struct peek *out)
{
	struct ipv6_walk w;

	switch (ipv6_walk(ip, room, &w)) {
	case IPV6_DATAGRAM:
		break;
	case IPV6_PART:
		return w.protocol == IP_UDP ? PEEK_FRAGMENT : PEEK_OTHER;
	case IPV6_BAD:
	case IPV6_REFUSED:
		return PEEK_OTHER;
	}
	if (w.end - w.at < UDP_BYTES)
		return PEEK_OTHER;
	if (w.protocol == IP_UDP) {
		out->own = endpoint_peek_ipv6(ip + 24, ip + w.at + 2);
		out->peer = endpoint_peek_ipv6(ip + 8, ip + w.at);
		return PEEK_DATAGRAM;
	}
	if (w.protocol != IPV6_ICMP ||
	    (ip[w.at] != ICMPV6_UNREACHABLE && ip[w.at] != ICMPV6_TOO_BIG) ||
	    w.end - w.at < ICMP_HEADER_BYTES + IPV6_BYTES + UDP_BYTES)
		return PEEK_OTHER;
	ip += w.at + ICMP_HEADER_BYTES;
	if (ip[0] >> 4 != 6 || ip[6] != IP_UDP)
		return PEEK_OTHER;
	out->own = endpoint_peek_ipv6(ip + 8, ip + IPV6_BYTES);
	out->peer = endpoint_peek_ipv6(ip + 24, ip + IPV6_BYTES + 2);
	return PEEK_QUOTE;
}

enum peek_kind frame_peek(const uint8_t *frame, uint16_t len, struct peek *out)
{
	struct link_header link;
	uint16_t header, room;

	if (!link_header_read(frame, len, &link))
		return PEEK_OTHER;
	out->vlan = link.vlan;
	if (link.ethertype == ETHERTYPE_IPV6)
		return ipv6_peek(frame + link.len, (uint16_t)(len - link.len), out);
	if (len < link.len + IPV4_BYTES || link.ethertype != ETHERTYPE_IPV4)
		return PEEK_OTHER;
	const uint8_t *ip = frame + link.len;
	if (ip[9] == IP_UDP && is_later_fragment(ip))
		return PEEK_FRAGMENT;
	room = (uint16_t)(len - link.len);
	header = ipv4_peek(ip, room);
	if (header == 0)
		return PEEK_OTHER;
	if (ip[9] == IP_UDP) {
		out->own = endpoint_peek(ip + 16, ip + header + 2);
		out->peer = endpoint_peek(ip + 12, ip + header);
		return PEEK_DATAGRAM;
	}
	if (ip[9] != IP_ICMP || ip[header] != ICMP_UNREACHABLE)
		return PEEK_OTHER;
	ip += header + ICMP_HEADER_BYTES; // what we sent
	room = (uint16_t)(room - header - ICMP_HEADER_BYTES);
	header = ipv4_peek(ip, room);
	if (header == 0 || ip[9] != IP_UDP)
		return PEEK_OTHER;
	out->own = endpoint_peek(ip + 12, ip + header);
	out->peer = endpoint_peek(ip + 16, ip + header + 2);
	return PEEK_QUOTE;
}
