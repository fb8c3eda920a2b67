// SPDX-License-Identifier: BSD-3-Clause
// ICMP echo, and which of our datagrams an unreachable is about.
#include "net/icmp.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "net/headers.h"

enum {
	ICMP_HEADER_BYTES = 8,
	ICMP_TYPE_ECHO_REPLY = 0,
	ICMP_TYPE_UNREACHABLE = 3,
	ICMP_TYPE_ECHO = 8,
	IPV4_OFFSET = 0x1fff,
};

// An answer is written into one frame, and has no options.
#define ICMP_ECHO_MAX (HL_MTU - IPV4_BYTES)

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

	const uint8_t *udp = ip + header_len;
	uint16_t udp_len = load_be16(udp + 4);
	if (udp_len < UDP_BYTES)
		return false;
	uint16_t quoted_len = room - header_len;
	*quote = (struct icmp_quote){
		.src.family = HL_FAMILY_IPV4,
		.dst.family = HL_FAMILY_IPV4,
		.src_port = load_be16(udp),
		.dst_port = load_be16(udp + 2),
		.payload = udp + UDP_BYTES,
		.payload_len = (udp_len < quoted_len ? udp_len : quoted_len) - UDP_BYTES,
	};
	memcpy(quote->src.bytes, ip + 12, 4);
	memcpy(quote->dst.bytes, ip + 16, 4);
	return true;
}

enum icmp_kind icmp_read(const struct frame *f, struct icmp_quote *quote)
{
	const uint8_t *icmp = f->payload;

	if (f->payload_len < ICMP_HEADER_BYTES)
		return ICMP_OTHER;
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
	quote->code = icmp[1];
	return ICMP_UNREACHABLE;
}

void icmp_write_echo_reply(struct hl_packet *pkt, const uint8_t *request_frame,
			   const struct frame *f, bool offload)
{
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
