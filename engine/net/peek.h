// SPDX-License-Identifier: BSD-3-Clause
// Which of our sockets a frame is for, by its headers alone: enough to hand it to the worker that will read
// it. Nothing is verified.
#pragma once

#include <stdint.h>

#include <heartline/addr.h>

enum peek_kind {
	PEEK_OTHER,
	PEEK_FRAGMENT, // of a UDP datagram, without its ports
	PEEK_DATAGRAM, // own: its destination
	PEEK_QUOTE,    // an ICMP unreachable about one of ours; own: the source that it quotes
};

struct peek {
	struct hl_endpoint own, peer; // of PEEK_DATAGRAM and PEEK_QUOTE
	uint32_t vlan;                // likewise, as in struct frame
};

enum peek_kind frame_peek(const uint8_t *frame, uint16_t len, struct peek *out);
