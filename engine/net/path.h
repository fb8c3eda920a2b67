// SPDX-License-Identifier: BSD-3-Clause
// Paths: the link, network and transport headers in front of a payload, written once and then copied.
//
// A port has one path, which leads nowhere yet: its MAC (and VLAN), version of IP, TTL. Each address of a
// server has one made from it, with the destination put in, which never changes again; it stands beside
// that address, and all lines share it. What a line puts in when it sends is its own address and port, so
// the memory of a line does not grow, nor do paths with the number of own addresses. The MAC of the next
// hop is put in as well: a neighbour may get another one while workers send, and no worker may see half of
// a change. An answer goes to whoever asked, and is written by the path of the port.
//
// Nobody outside of engine/net needs to know what headers there are: a VLAN tag or IPv6 is a path with
// other bytes and lengths.
#pragma once

#include <stdint.h>

#include <heartline/addr.h>
#include <heartline/packet.h>
#include "net/frame.h"

enum {
	PATH_HEADERS_MIN = 14 + 20 + 8, // Ethernet, IPv4, UDP
	PATH_HEADERS_MAX = 22 + 40 + 8, // Ethernet with two VLAN tags, IPv6, UDP
};

struct path {
	uint8_t family;         // enum hl_family
	uint8_t l2_len, l3_len; // bytes of the link and the network header
	uint8_t payload_at;     // bytes of all headers
	uint32_t next_hop;      // index of the neighbour (net/neigh.h); a port's path has none
	uint16_t sum;           // of the pseudo header's destination and protocol, folded
	uint16_t mtu;           // bytes behind the link header
	uint8_t headers[PATH_HEADERS_MAX]; // lengths, source and checksums: 0, to be put in
};

// What is not known before something is sent.
struct path_ends {
	const uint8_t *mac;              // of the next hop
	const struct hl_addr *src, *dst; // dst and dst_port: only along the path of a port
	uint16_t src_port, dst_port;
	const uint8_t *src_mac; // where own addresses have MACs; NULL: that of the path
};

// Back to where a frame has come from.
static inline struct path_ends path_ends_back(const struct frame *f, const uint8_t *mac)
{
	return (struct path_ends){
		.mac = mac,
		.src = &f->dst.addr,
		.src_port = f->dst.port,
		.dst = &f->src.addr,
		.dst_port = f->src.port,
	};
}

// The path of a port that sends packets of a family.
void path_init(struct path *path, const uint8_t mac[6], enum hl_family family);

// VLANs that a path runs in.
struct path_tags {
	uint16_t outer, inner; // numbers; outer 0: one tag; both 0: none
	uint16_t outer_type;   // of the tag in front of two; 0: that of 802.1ad
	uint8_t priority;      // PCP, 0..7, of both
};

// Put tags into a path that has none.
void path_tag(struct path *path, const struct path_tags *tags);

// Mark what goes along it (RFC 2474): 0..63.
void path_set_dscp(struct path *path, uint8_t dscp);

// Put the tags of a path into a frame without any, that was written whole: ARP, answers to pings.
void path_tag_frame(const struct path *path, struct hl_packet *pkt);

static inline const uint8_t *path_src_mac(const struct path *path)
{
	return path->headers + 6;
}

// Headers and lengths were written by hand: make the rest of it.
void path_seal(struct path *path);

// The path from a port to a destination of its family.
void path_to(struct path *path, const struct path *port, const struct hl_endpoint *dst,
	     uint32_t next_hop);

// Bytes of payload that one frame can hold.
static inline uint32_t path_room(const struct path *path)
{
	return path->l2_len + path->mtu - path->payload_at;
}

// Where the payload must stand before the headers are written.
static inline char *path_payload(const struct path *path, const struct hl_packet *pkt)
{
	return (char *)pkt->data + path->payload_at;
}

// Write the headers in front of the payload, for a device to finish the checksums; path_finish() does it where
// none does. Sets all of *pkt.
void path_write(struct hl_packet *pkt, const struct path *path, const struct path_ends *ends,
		uint16_t payload_len);

// The same along the path of a port, to wherever the ends say.
void path_write_to(struct hl_packet *pkt, const struct path *port, const struct path_ends *ends,
		   uint16_t payload_len);

void path_finish(struct hl_packet *pkt);

// Finish the frames of a burst, from its packet `from` on, that were written for a device to finish. At the
// end of a burst no frame waits for its own bytes: they were written in small pieces, which a wide load
// cannot take from the store buffer.
void path_finish_burst(struct hl_burst *tx, uint16_t from);
