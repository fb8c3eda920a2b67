// SPDX-License-Identifier: BSD-3-Clause
// A datagram as a frame of plain Ethernet, as a host on the link sends it.
#pragma once

#include <string.h>

#include <heartline/packet.h>

#include "net/headers.h"
#include "net/path.h"

enum {
	FRAME_UDP_AT = ETH_BYTES + IPV4_BYTES + UDP_BYTES
}; // of the payload in such a frame of IPv4

struct route {
	uint8_t src_mac[6], dst_mac[6];
};

// Checksums finished. pkt: with room for a frame.
static inline void datagram_write(struct hl_packet *pkt, const struct route *route,
				  const struct hl_endpoint *src, const struct hl_endpoint *dst,
				  const void *payload, uint16_t len)
{
	const struct path_ends ends = {
		.mac = route->dst_mac,
		.src = &src->addr,
		.dst = &dst->addr,
		.src_port = src->port,
		.dst_port = dst->port,
	};
	struct path path;

	path_init(&path, route->src_mac, dst->addr.family);
	memcpy(path_payload(&path, pkt), payload, len);
	path_write_to(pkt, &path, &ends, len);
	path_finish(pkt);
}
