// SPDX-License-Identifier: BSD-3-Clause
// One frame, read by everything that reads frames.
#include <stdio.h>

#include "input.h"
#include "net/arp.h"
#include "net/icmp.h"
#include "net/ndp.h"
#include "net/headers.h"
#include "net/peek.h"

static void within(const uint8_t *bytes, uint16_t len, const uint8_t *piece, uint16_t piece_len)
{
	MUST(piece >= bytes && piece + piece_len <= bytes + len);
}

// No device checks that of ICMP, so it is always looked at: right, or as the input has it.
static void icmp_checksum_right(uint8_t *frame, uint16_t len)
{
	uint8_t *ip = frame + ETH_BYTES;

	if (len < ETH_BYTES + IPV4_BYTES || ip[9] != IP_ICMP)
		return;
	const uint16_t header = (ip[0] & 15) * 4, total = load_be16(ip + 2);
	if (total < header + 8 || total > len - ETH_BYTES)
		return;
	uint8_t *icmp = ip + header;
	store_be16(icmp + 2, 0);
	store_be16(icmp + 2, checksum_finish(checksum_add(0, icmp, (uint16_t)(total - header))));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input in = { bytes, size };
	const uint8_t how = input_u8(&in);
	const uint16_t flags = (how & 1 ? HL_PACKET_CSUM_GOOD : 0) |
			       (how & 4 ? HL_PACKET_UDP_GOOD : 0);
	uint16_t len;
	uint8_t *frame = input_rest(&in, HL_FRAME_MAX, &len);
	if (how & 2)
		icmp_checksum_right(frame, len);

	struct frame f;
	struct peek peek;
	struct arp arp;
	struct ndp ndp;
	struct icmp_quote quote;
	const enum frame_kind kind = frame_read(frame, len, flags, &f);

	frame_source(frame, len);
	frame_peek(frame, len, &peek);
	if (kind == FRAME_UDP || kind == FRAME_ICMP || kind == FRAME_ARP || kind == FRAME_NDP ||
	    kind == FRAME_FRAGMENT)
		within(frame, len, f.payload, f.payload_len);
	if (kind == FRAME_ARP)
		arp_read(f.payload, f.payload_len, &arp);
	if (kind == FRAME_NDP)
		ndp_read(&f, &ndp);
	if (kind == FRAME_ICMP && icmp_read(&f, &quote) == ICMP_UNREACHABLE && quote.payload_len)
		within(frame, len, quote.payload, quote.payload_len);
	free(frame);
	return 0;
}
