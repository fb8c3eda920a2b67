// SPDX-License-Identifier: BSD-3-Clause
// The hash by which a NIC spreads IPv4 frames over its queues (RSS): Toeplitz over addresses and ports.
//
// It is linear: the hash of a frame is the XOR of the shares of its parts. So whoever tries many
// ports for one address computes one share anew, not the whole.
#pragma once

#include <stdint.h>

#define TOEPLITZ_BYTES 12   // of the input: source, destination, source port, destination port
#define TOEPLITZ_KEY_MIN 16 // bytes: each bit of the input looks at 32 bits of the key

// Where a part begins in the input.
enum toeplitz_part {
	TOEPLITZ_SRC = 0,
	TOEPLITZ_DST = 4,
	TOEPLITZ_SRC_PORT = 8,
	TOEPLITZ_DST_PORT = 10,
};

struct toeplitz {
	uint32_t share[TOEPLITZ_BYTES][256]; // of each byte of the input, by its value
};

// Of a longer key the rest is for longer inputs (IPv6). -EINVAL: the key is too short.
int toeplitz_init(struct toeplitz *t, const uint8_t *key, uint32_t key_len);

static inline uint32_t toeplitz_u16(const struct toeplitz *t, enum toeplitz_part at, uint16_t value)
{
	return t->share[at][value >> 8] ^ t->share[at + 1][value & 0xff];
}

static inline uint32_t toeplitz_u32(const struct toeplitz *t, enum toeplitz_part at, uint32_t value)
{
	return t->share[at][value >> 24] ^ t->share[at + 1][value >> 16 & 0xff] ^
	       t->share[at + 2][value >> 8 & 0xff] ^ t->share[at + 3][value & 0xff];
}
