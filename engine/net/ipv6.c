// SPDX-License-Identifier: BSD-3-Clause
// Extension headers of IPv6, stepped over. Each is as long as it says and is looked at once, and there may be
// few of them, so work is bounded by the frame.
#include "net/ipv6.h"

#include <string.h>

#include "base/bytes.h"
#include "net/headers.h"

enum {
	HEADERS_MAX = 8, // behind one another; RFC 8504 5.3 lets a host have such a limit
	OPTION_PAD1 = 0,
	OPTION_ACTION = 0xc0, // what to do where it is not known; 0: skip it (RFC 8200 4.2)
	FRAGMENT_OFFSET = 0xfff8,
	FRAGMENT_MORE = 1,
};

// Options that must not be skipped make the datagram one to drop.
static bool options_skippable(const uint8_t *at, uint16_t len)
{
	while (len > 0) {
		if (*at == OPTION_PAD1) {
			at++;
			len--;
			continue;
		}
		if (len < 2 || at[1] > len - 2 || *at & OPTION_ACTION)
			return false;
		len -= at[1] + 2;
		at += at[1] + 2;
	}
	return true;
}

static bool is_extension(uint8_t protocol)
{
	return protocol == IPV6_HOP_BY_HOP || protocol == IPV6_ROUTING ||
	       protocol == IPV6_FRAGMENT || protocol == IPV6_OPTIONS;
}

// One extension header. IPV6_DATAGRAM: go on behind it.
static enum ipv6_kind extension_step(const uint8_t *ip, bool is_first, struct ipv6_walk *w)
{
	const uint8_t *header = ip + w->at;
	const uint16_t room = w->end - w->at;
	const uint8_t protocol = w->protocol;

	if (room < 8)
		return IPV6_BAD;
	uint16_t len = protocol == IPV6_FRAGMENT ? IPV6_FRAGMENT_BYTES : (header[1] + 1) * 8;
	if (len > room)
		return IPV6_BAD;
	w->protocol = header[0];
	w->at += len;
	if (protocol == IPV6_FRAGMENT) // one that is whole is none (RFC 6946 4)
		return load_be16(header + 2) & (FRAGMENT_OFFSET | FRAGMENT_MORE) ? IPV6_PART
										 : IPV6_DATAGRAM;
	if (protocol == IPV6_ROUTING) // we are no router; with segments left it is not for us
		return header[3] == 0 ? IPV6_DATAGRAM : IPV6_REFUSED;
	if ((protocol == IPV6_HOP_BY_HOP && !is_first) || !options_skippable(header + 2, len - 2))
		return IPV6_REFUSED;
	return IPV6_DATAGRAM;
}

enum ipv6_kind ipv6_walk(const uint8_t *ip, uint16_t room, struct ipv6_walk *out)
{
	if (room < IPV6_BYTES || ip[0] >> 4 != 6 || load_be16(ip + 4) > room - IPV6_BYTES)
		return IPV6_BAD;
	*out = (struct ipv6_walk){
		.protocol = ip[6],
		.at = IPV6_BYTES,
		.end = IPV6_BYTES + load_be16(ip + 4),
	};
	for (unsigned n = 0; is_extension(out->protocol); n++) {
		if (n == HEADERS_MAX)
			return IPV6_REFUSED;
		enum ipv6_kind kind = extension_step(ip, n == 0, out);
		if (kind != IPV6_DATAGRAM)
			return kind;
	}
	return IPV6_DATAGRAM;
}

void ipv6_write_header(uint8_t *out, const struct ipv6_header *h)
{
	store_be32(out, 6u << 28);
	store_be16(out + 4, h->payload_len);
	out[6] = h->protocol;
	out[7] = h->hops;
	memcpy(out + 8, h->src->bytes, 16);
	memcpy(out + 24, h->dst->bytes, 16);
}

struct hl_addr ipv6_solicited_node(const struct hl_addr *addr)
{
	struct hl_addr group = {
		.family = HL_FAMILY_IPV6,
		.bytes = { 0xff, 0x02, [11] = 1, [12] = 0xff },
	};

	memcpy(group.bytes + 13, addr->bytes + 13, 3);
	return group;
}

void ipv6_group_mac(const struct hl_addr *group, uint8_t mac[6])
{
	mac[0] = mac[1] = 0x33;
	memcpy(mac + 2, group->bytes + 12, 4);
}
