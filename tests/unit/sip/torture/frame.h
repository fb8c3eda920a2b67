// SPDX-License-Identifier: BSD-3-Clause
// A datagram of any length in one frame that ends at a guard page: longreq is longer than those
// that the engine writes.
#pragma once

#include <string.h>

#include "base/bytes.h"
#include "net/frame.h"

#include "../../datagram.h"
#include "../../guard.h"

// As a device hands it over that has verified the checksums; give pkt.data back with guard_free().
static inline struct hl_packet torture_frame(const struct route *route,
					     const struct hl_endpoint *src,
					     const struct hl_endpoint *dst, const char *text,
					     uint32_t len)
{
	uint8_t *frame = guard_alloc(FRAME_UDP_AT + len);
	uint8_t *ip = frame + ETH_BYTES, *udp = ip + IPV4_BYTES;

	frame_write_eth(frame, route->dst_mac, route->src_mac, ETHERTYPE_IPV4);
	frame_write_ipv4(ip, &src->addr, &dst->addr, IP_UDP, UDP_BYTES, true);
	store_be16(ip + 2, (uint16_t)(IPV4_BYTES + UDP_BYTES + len));
	store_be16(udp, src->port);
	store_be16(udp + 2, dst->port);
	store_be16(udp + 4, (uint16_t)(UDP_BYTES + len));
	store_be16(udp + 6, 0);
	memcpy(udp + UDP_BYTES, text, len);
	return (struct hl_packet){
		.data = frame,
		.len = (uint16_t)(FRAME_UDP_AT + len),
		.flags = HL_PACKET_CSUM_GOOD,
	};
}
