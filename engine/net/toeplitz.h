// SPDX-License-Identifier: BSD-3-Clause
// The hash by which a NIC spreads frames over its queues (RSS): Toeplitz over addresses and ports.
//
// It is linear: the hash of a frame is the XOR of the shares of its parts. So whoever tries many
// ports for one address computes one share anew, not the whole.
#pragma once

#include <stdint.h>

#include <heartline/addr.h>

#define TOEPLITZ_BYTES_MAX 36 // of the input: source, destination, source port, destination port
#define TOEPLITZ_KEY_MIN 16   // bytes of IPv4: each bit of the input looks at 32 bits of the key
#define TOEPLITZ_KEY_MIN_IPV6 40

struct toeplitz {
	// where the parts begin in the input
	uint8_t src, dst, src_port, dst_port, addr_len;
	uint32_t share[TOEPLITZ_BYTES_MAX][256]; // of each byte of the input, by its value
};

// Of a longer key the rest is for longer inputs. -EINVAL: the key is too short for the family.
int toeplitz_init(struct toeplitz *t, const uint8_t *key, uint32_t key_len, enum hl_family family);

// at: of a port.
static inline uint32_t toeplitz_u16(const struct toeplitz *t, unsigned at, uint16_t value)
{
	return t->share[at][value >> 8] ^ t->share[at + 1][value & 0xff];
}

// at: of an address of the family.
static inline uint32_t toeplitz_addr(const struct toeplitz *t, unsigned at,
				     const struct hl_addr *addr)
{
	uint32_t share = 0;

	for (unsigned i = 0; i < t->addr_len; i++)
		share ^= t->share[at + i][addr->bytes[i]];
	return share;
}
