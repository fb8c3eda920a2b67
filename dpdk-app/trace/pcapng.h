// SPDX-License-Identifier: BSD-3-Clause
// Blocks of a capture file in the format pcapng (draft-ietf-opsawg-pcapng): one section, one interface,
// times in nanoseconds.
//
// By hand, since libpcap of Debian 12 writes the older format only, without direction, drops and comments, and
// DPDK's librte_pcapng is experimental in 22.11.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCAPNG_TEXT_MAX 255   // of a comment or a name; what is longer is cut
#define PCAPNG_HEAD_ROOM 640  // for pcapng_head()
#define PCAPNG_TALLY_ROOM 96  // for pcapng_tally()
#define PCAPNG_FRAME_ROOM 320 // for pcapng_frame(), besides the bytes of the frame

struct pcapng_frame {
	uint64_t wall_ns; // since 1970
	const uint8_t *data;
	uint32_t bytes, wire_bytes;
	bool sent;
	const char *comment; // NULL: none
};

struct pcapng_tally {
	uint64_t start_wall_ns, end_wall_ns;
	uint64_t seen, dropped; // frames; dropped: seen, and not in the file
};

// Each writes to `at` and returns how many bytes. The head of the file: who wrote it, and where.
size_t pcapng_head(uint8_t *at, const char *application, const char *interface);
size_t pcapng_frame(uint8_t *at, const struct pcapng_frame *frame);
// The statistics of the interface.
size_t pcapng_tally(uint8_t *at, const struct pcapng_tally *tally);

// The block at `at`: how long it is, and is it a frame?
uint32_t pcapng_block_bytes(const uint8_t *at);
bool pcapng_block_is_frame(const uint8_t *at);
