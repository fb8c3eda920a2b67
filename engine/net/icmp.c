// SPDX-License-Identifier: BSD-3-Clause
// ICMP echo, and which of our datagrams an unreachable is about.
#include "net/icmp.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "net/headers.h"
#include "net/ipv6.h"

enum {
	ICMP_HEADER_BYTES = 8,
	ICMP_TYPE_ECHO_REPLY = 0,
	ICMP_TYPE_UNREACHABLE = 3,
	ICMP_TYPE_ECHO = 8,
	ICMP_CODE_PORT = 3,
	ICMPV6_UNREACHABLE = 1,
	ICMPV6_TOO_BIG = 2,
	ICMPV6_ECHO = 128,
	ICMPV6_ECHO_REPLY = 129,
	ICMPV6_CODE_PORT = 4,
	IPV4_OFFSET = 0x1fff,
};

// An answer is written into one frame, and has no options.
#define ICMP_ECHO_MAX (HL_MTU - IPV4_BYTES)
#define ICMPV6_ECHO_MAX (HL_MTU - IPV6_BYTES)

// The rest of a quote, from its UDP header on.
static bool udp_quote_read(const uint8_t *udp, uint16_t room, struct icmp_quote *quote)
{
	uint16_t udp_len = load_be16(udp + 4);

	if (udp_len < UDP_BYTES)
		return false;
	quote->src_port = load_be16(udp);
	quote->dst_port = load_be16(udp + 2);
	quote->payload = udp + UDP_BYTES;
	quote->payload_len = (udp_len < room ? udp_len : room) - UDP_BYTES;
	return true;
}

// The quote: an IPv4 header and at least 8 bytes behind it (RFC 792). Its lengths are those of what
// we sent and say nothing of how much came back; its checksums may be those of another hop.
static bool quote_read(const uint8_t *ip, uint16_t room, struct icmp_quote *quote)
{
	if (room < IPV4_BYTES || ip[0] >> 4 != 4)
		return false;
	uint16_t header_len = (ip[0] & 15) * 4;
	if (header_len < IPV4_BYTES || room < header_len + UDP_BYTES)
		return false;
	if (ip[9] != IP_UDP || load_be16(ip + 6) & IPV4_OFFSET)
		return false;

	*quote = (struct icmp_quote){ .src.family = HL_FAMILY_IPV4, .dst.family = HL_FAMILY_IPV4 };
	memcpy(quote->src.bytes, ip + 12, 4);
	memcpy(quote->dst.bytes, ip + 16, 4);
	return udp_quote_read(ip + header_len, room - header_len, quote);
}

// We send no extension headers, and nobody on the way may add any.
static bool ipv6_quote_read(const uint8_t *ip, uint16_t room, struct icmp_quote *quote)
{
	if (room < IPV6_BYTES + UDP_BYTES || ip[0] >> 4 != 6 || ip[6] != IP_UDP)
		return false;
	*quote = (struct icmp_quote){ .src.family = HL_FAMILY_IPV6, .dst.family = HL_FAMILY_IPV6 };
	memcpy(quote->src.bytes, ip + 8, 16);
	memcpy(quote->dst.bytes, ip + 24, 16);
	return udp_quote_read(ip + IPV6_BYTES, room - IPV6_BYTES, quote);
}

static enum icmp_kind icmpv6_read(const struct frame *f, struct icmp_quote *quote)
{
	const uint8_t *icmp = f->payload;
	uint16_t room = f->payload_len - ICMP_HEADER_BYTES, given = 0;

	if (icmp[0] == ICMPV6_ECHO && icmp[1] == 0)
		return f->payload_len <= ICMPV6_ECHO_MAX ? ICMP_ECHO_REQUEST : ICMP_OTHER;
	if (icmp[0] != ICMPV6_UNREACHABLE && icmp[0] != ICMPV6_TOO_BIG)
		return ICMP_OTHER;
	if (icmp[0] == ICMPV6_UNREACHABLE) // of 8 bytes (RFC 4884 4.2)
		given = icmp[4] * 8;
	if (given != 0 && given < room)
		room = given;
	if (!ipv6_quote_read(icmp + ICMP_HEADER_BYTES, room, quote))
		return ICMP_BAD_QUOTE;
	quote->port_unreachable = icmp[0] == ICMPV6_UNREACHABLE && icmp[1] == ICMPV6_CODE_PORT;
	return ICMP_UNREACHABLE;
}

enum icmp_kind icmp_read(const struct frame *f, struct icmp_quote *quote)
{
	const uint8_t *icmp = f->payload;

	if (f->payload_len < ICMP_HEADER_BYTES)
		return ICMP_OTHER;
	if (f->src.addr.family == HL_FAMILY_IPV6)
		return icmpv6_read(f, quote);
	if (icmp[0] == ICMP_TYPE_ECHO && icmp[1] == 0)
		return f->payload_len <= ICMP_ECHO_MAX ? ICMP_ECHO_REQUEST : ICMP_OTHER;
	if (icmp[0] != ICMP_TYPE_UNREACHABLE)
		return ICMP_OTHER;

	// A length, in words, is given when extensions follow the quote (RFC 4884 4.1).
	uint16_t room = f->payload_len - ICMP_HEADER_BYTES;
	uint16_t given = icmp[5] * 4;
	if (given != 0 && given < room)
		room = given;
	if (!quote_read(icmp + ICMP_HEADER_BYTES, room, quote))
		return ICMP_BAD_QUOTE;
	quote->port_unreachable = icmp[1] == ICMP_CODE_PORT;
	return ICMP_UNREACHABLE;
}

void icmp_finish(uint8_t *icmp, uint16_t len, const uint8_t *ip)
{
	uint64_t sum = checksum_pseudo_ipv6(ip + 8, IPV6_ICMP, len);

	store_be16(icmp + 2, 0);
	store_be16(icmp + 2, checksum_finish(checksum_add(sum, icmp, len)));
}

static void icmpv6_write_echo_reply(struct hl_packet *pkt, const uint8_t *request_frame,
				    const struct frame *f)
{
	uint8_t *ip = pkt->data + ETH_BYTES, *icmp = ip + IPV6_BYTES;
	const struct ipv6_header header = {
		.src = &f->dst.addr,
		.dst = &f->src.addr,
		.payload_len = f->payload_len,
		.protocol = IPV6_ICMP,
		.hops = IPV6_HOPS,
	};

	assert(f->payload_len <= ICMPV6_ECHO_MAX);
	memcpy(icmp, f->payload, f->payload_len);
	icmp[0] = ICMPV6_ECHO_REPLY;
	frame_write_eth(pkt->data, frame_src_mac(request_frame), frame_dst_mac(request_frame),
			ETHERTYPE_IPV6);
	ipv6_write_header(ip, &header);
	icmp_finish(icmp, f->payload_len, ip);
	pkt->len = (uint16_t)(ETH_BYTES + IPV6_BYTES + f->payload_len);
	pkt->flags = 0;
}

void icmp_write_echo_reply(struct hl_packet *pkt, const uint8_t *request_frame,
			   const struct frame *f, bool offload)
{
	if (f->src.addr.family == HL_FAMILY_IPV6) {
		icmpv6_write_echo_reply(pkt, request_frame, f);
		return;
	}
	uint8_t *icmp = pkt->data + ETH_BYTES + IPV4_BYTES;

	// HL_PACKET_CSUM_OFFLOAD means UDP, and no device sums ICMP: finished here in any case.
	(void)offload;
	assert(f->payload_len <= ICMP_ECHO_MAX);
	memcpy(icmp, f->payload, f->payload_len);
	icmp[0] = ICMP_TYPE_ECHO_REPLY;
	store_be16(icmp + 2, 0);
	store_be16(icmp + 2, checksum_finish(checksum_add(0, icmp, f->payload_len)));
	frame_write_eth(pkt->data, request_frame + 6, request_frame, ETHERTYPE_IPV4);
	frame_write_ipv4(pkt->data + ETH_BYTES, &f->dst.addr, &f->src.addr, IP_ICMP, f->payload_len,
			 false);
	pkt->len = (uint16_t)(ETH_BYTES + IPV4_BYTES + f->payload_len);
	pkt->flags = 0;
}
