// SPDX-License-Identifier: BSD-3-Clause
// Frames as bytes: Ethernet + IPv4 + UDP, read and written. SIP text is not its business.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/addr.h>
#include <heartline/packet.h>

enum {
	ETH_BYTES = 14,
	IPV4_BYTES = 20, // without options, as we write it
	UDP_BYTES = 8,
	FRAME_UDP_AT = ETH_BYTES + IPV4_BYTES + UDP_BYTES, // payload of a frame that we write
	ARP_BYTES = 28,
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	IP_ICMP = 1,
	IP_UDP = 17,
};

enum frame_kind {
	FRAME_BAD,          // shorter than it says, wrong version
	FRAME_BAD_CHECKSUM, // IPv4, UDP or ICMP
	FRAME_OTHER,        // well-formed, nothing we read (IPv6, TCP, LLDP)
	FRAME_ARP,
	FRAME_ICMP,
	FRAME_UDP,
	FRAME_FRAGMENT, // of an IPv4 datagram
};

// What frame_read() found; pointers into the frame.
struct frame {
	struct hl_addr src, dst;
	uint16_t src_port, dst_port; // host order; UDP only
	const uint8_t *payload;      // UDP: the datagram; ICMP, ARP, fragment: the header (IPv4's)
	uint16_t payload_len;        // from the IP and UDP headers: Ethernet padding is cut off
};

// As much of a frame as a usual request or reply has, so that it arrives while the one before it is
// served.
static inline void frame_prefetch(const struct hl_packet *pkt)
{
	for (unsigned at = 0; at < 448; at += 64)
		__builtin_prefetch(pkt->data + at);
}

// Read one frame. Checksums are verified unless the device did (HL_PACKET_CSUM_GOOD in flags); a
// UDP checksum of 0 is "none" (RFC 768). ICMP's is always verified, since no device does that.
enum frame_kind frame_read(const uint8_t *bytes, uint16_t len, uint16_t flags, struct frame *out);

// A UDP datagram that was put together; ip: the IPv4 header of one of its fragments. FRAME_UDP,
// FRAME_BAD or FRAME_BAD_CHECKSUM.
enum frame_kind frame_read_datagram(const uint8_t *udp, uint16_t len, const uint8_t *ip,
				    struct frame *out);

// Write Ethernet, IPv4 and UDP in front of a payload that already stands at out + FRAME_UDP_AT.
// Checksums are finished in software, or left to the device (offload: sets HL_PACKET_CSUM_OFFLOAD).
// Sets pkt->len and pkt->flags.
struct frame_route {
	uint8_t src_mac[6], dst_mac[6];
};
void frame_write_udp(struct hl_packet *pkt, const struct frame_route *route,
		     const struct hl_addr *src, uint16_t src_port, const struct hl_addr *dst,
		     uint16_t dst_port, uint16_t payload_len, bool offload);

// Finish both checksums of the frames of a burst, from its packet `from` on, that were written for a
// device to finish, and clear their flag. At the end of a burst no frame waits for its own bytes: they
// were written in small pieces, which a wide load cannot take from the store buffer.
void frame_finish_burst(struct hl_burst *tx, uint16_t from);

// The headers by themselves, for whoever writes something else than UDP. `out`: first byte of the
// header. IPv4: TTL 64, never fragmented; checksum finished, or 0 (offload).
void frame_write_eth(uint8_t *out, const uint8_t dst_mac[6], const uint8_t src_mac[6],
		     uint16_t ethertype);
void frame_write_ipv4(uint8_t *out, const struct hl_addr *src, const struct hl_addr *dst,
		      uint8_t protocol, uint16_t payload_len, bool offload);
