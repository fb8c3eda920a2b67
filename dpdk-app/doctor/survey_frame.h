// SPDX-License-Identifier: BSD-3-Clause
// Frames that the doctor writes, and what it reads of those that come.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/packet.h>

struct survey_arp {
	bool is_request;
	uint8_t mac[6]; // of the sender
	uint32_t sender, target;
};

// An ARP request; sender 0: a probe. The bytes are written to packet->data.
void arp_ask_write(struct hl_packet *packet, const uint8_t mac[6], uint32_t sender,
		   uint32_t target);
void arp_answer_write(struct hl_packet *packet, const uint8_t mac[6], uint32_t sender,
		      const struct survey_arp *to);

struct survey_ends {
	const uint8_t *mac, *to_mac;
	uint32_t from, to;
	uint16_t from_port, to_port;
};
// Headers around a payload that stands behind them already, SURVEY_PAYLOAD_AT bytes into the frame.
#define SURVEY_PAYLOAD_AT (14 + 20 + 8)
void datagram_write(struct hl_packet *packet, const struct survey_ends *ends, uint16_t payload_len);

enum frame_kind {
	FRAME_OTHER,
	FRAME_ARP,
	FRAME_UDP,
	FRAME_UNREACHABLE, // ICMP type 3 that quotes a datagram
};

struct survey_frame {
	enum frame_kind kind;
	uint8_t source_mac[6];
	bool is_ipv4, bad_checksum;
	struct survey_arp arp;
	uint32_t from, to; // of the packet
	uint16_t from_port, to_port;
	uint8_t code;                    // of ICMP
	uint32_t quoted_from, quoted_to; // of the datagram that it quotes
	uint16_t quoted_from_port, quoted_port;
	const char *payload;
	uint16_t payload_len;
};

void survey_frame_read(const struct hl_packet *packet, struct survey_frame *frame);
