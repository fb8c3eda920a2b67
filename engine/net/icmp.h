// SPDX-License-Identifier: BSD-3-Clause
// ICMP of both families: echo (RFC 792, RFC 4443), and destination unreachable with what it quotes.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/packet.h>
#include "net/frame.h"

enum icmp_kind { ICMP_OTHER, ICMP_ECHO_REQUEST, ICMP_UNREACHABLE, ICMP_BAD_QUOTE };

// The datagram that an unreachable quotes: 5-tuple of what WE sent, and its first payload bytes.
struct icmp_quote {
	struct hl_addr src, dst;
	uint16_t src_port, dst_port;
	bool port_unreachable; // else something on the way
	const uint8_t *payload;
	uint16_t payload_len; // as much as was quoted, often 0
};

// f: of kind FRAME_ICMP. ICMP_UNREACHABLE: quote is filled; ICMP_BAD_QUOTE: an unreachable without the
// whole IP and UDP headers of a datagram's beginning. Of IPv6 a packet that was too big is one, too: what was
// sent did not arrive, as over IPv4, where that is a code of an unreachable (RFC 4443 3.2).
enum icmp_kind icmp_read(const struct frame *f, struct icmp_quote *quote);

// Echo reply to the whole frame of an echo request (addresses and MACs swapped, payload returned).
void icmp_write_echo_reply(struct hl_packet *pkt, const uint8_t *request_frame,
			   const struct frame *f, bool offload);

// Put the checksum of a whole ICMPv6 message in, over the addresses of the header `ip` (RFC 4443 2.3).
void icmp_finish(uint8_t *icmp, uint16_t len, const uint8_t *ip);
