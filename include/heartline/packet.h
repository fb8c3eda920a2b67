// SPDX-License-Identifier: BSD-3-Clause
// Packets as the engine sees them: bytes with a length. Whoever owns the memory is outside.
#pragma once

#include <stdint.h>

#define HL_MTU 1500                // bytes behind the link header
#define HL_FRAME_MAX (22 + HL_MTU) // Ethernet header with two VLAN tags before it, no FCS
#define HL_BURST_MAX 64            // packets in one call of hl_worker_rx()

enum hl_packet_flag {
	// rx: the device checked IP and UDP checksums
	HL_PACKET_CSUM_GOOD = 1 << 0,
	// tx: IPv4 checksum 0, UDP holds the pseudo header's sum; the device must finish both
	HL_PACKET_CSUM_OFFLOAD = 1 << 1,
	// rx: the device checked the UDP checksum
	HL_PACKET_UDP_GOOD = 1 << 2,
};

struct hl_packet {
	uint8_t *data;  // first byte of the Ethernet header; tx: HL_FRAME_MAX bytes writable
	uint16_t len;   // bytes of the frame
	uint16_t flags; // enum hl_packet_flag
	// tx, with HL_PACKET_CSUM_OFFLOAD: bytes of the link and the network header
	uint8_t l2_len, l3_len;
};

/**
 * Transmit side of a burst: the caller fills pkts[n..cap) with writable buffers, the engine writes
 * frames there and raises n. What does not fit is kept by the engine for its next call.
 */
struct hl_burst {
	struct hl_packet *pkts;
	uint16_t n;
	uint16_t cap;
};
