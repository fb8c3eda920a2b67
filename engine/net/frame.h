// SPDX-License-Identifier: BSD-3-Clause
// Frames as bytes: Ethernet, IPv4 or IPv6, UDP, read. They are written along a path (net/path.h).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/addr.h>
#include <heartline/packet.h>

enum { IP_UDP = 17 };

enum frame_kind {
	FRAME_BAD,          // shorter than it says, wrong version
	FRAME_BAD_CHECKSUM, // IPv4, UDP or ICMP
	FRAME_OTHER,        // well-formed, nothing we read (TCP, LLDP, an unknown header of IPv6)
	FRAME_TAGS,         // more VLAN tags than two
	FRAME_ARP,
	FRAME_NDP, // ICMPv6 between neighbours; no router has passed it on
	FRAME_ICMP,
	FRAME_UDP,
	FRAME_FRAGMENT, // of a datagram
};

// What frame_read() found; pointers into the frame.
struct frame {
	struct hl_endpoint src, dst; // ports: UDP only
	uint8_t protocol;            // of a fragment: IP_UDP, or another one
	uint16_t header_len; // of a fragment: IP header and what else is in front of its bytes
	uint16_t link;       // by the worker: that of the port and VLANs (directory.h)
	// VLANs that it came in: 0, without any, and by priority tags (IEEE 802.1Q 6.9); the number of one; of two
	// the outer one << 12 | the inner one. Known of each frame, but for one that ends before.
	uint32_t vlan;
	const uint8_t *payload; // UDP: the datagram; ICMP, NDP, ARP, fragment: the header (IP's)
	uint16_t payload_len;   // from the IP and UDP headers: Ethernet padding is cut off
};

// As much of a frame as a usual request or reply has, so that it arrives while the one before it is
// served.
static inline void frame_prefetch(const struct hl_packet *pkt)
{
	for (unsigned at = 0; at < 448; at += 64)
		__builtin_prefetch(pkt->data + at);
}

// MAC addresses of a frame that frame_read() did not call FRAME_BAD.
static inline const uint8_t *frame_dst_mac(const uint8_t *bytes)
{
	return bytes;
}

static inline const uint8_t *frame_src_mac(const uint8_t *bytes)
{
	return bytes + 6;
}

// Sent to a group of hosts, or to all?
static inline bool frame_is_broadcast(const uint8_t *bytes)
{
	return frame_dst_mac(bytes)[0] & 1;
}

// Read one frame. Checksums are verified unless the device did (HL_PACKET_CSUM_GOOD in flags; for IPv6, which
// has one less, HL_PACKET_UDP_GOOD is enough). A UDP checksum of 0 is "none" over IPv4 (RFC 768), and wrong
// over IPv6 (RFC 8200 8.1). ICMP's is always verified, since no device does that.
enum frame_kind frame_read(const uint8_t *bytes, uint16_t len, uint16_t flags, struct frame *out);

// Where a frame says that it comes from, however wrong it is otherwise; family NONE: it does not say.
struct hl_addr frame_source(const uint8_t *bytes, uint16_t len);

// A UDP datagram that was put together; ip: the IP header of one of its fragments. FRAME_UDP,
// FRAME_BAD or FRAME_BAD_CHECKSUM.
enum frame_kind frame_read_datagram(const uint8_t *udp, uint16_t len, const uint8_t *ip,
				    struct frame *out);
