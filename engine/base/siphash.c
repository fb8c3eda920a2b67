// SPDX-License-Identifier: BSD-3-Clause
// SipHash-2-4, 64-bit output, after Aumasson and Bernstein, "SipHash: a fast short-input PRF".
#include "base/siphash.h"

#include <assert.h>
#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are loaded as they stand");

uint64_t siphash(const uint64_t key[2], const void *bytes, uint32_t len)
{
	const uint8_t *at = bytes;
	struct siphash_state s = siphash_begin(key);

	for (uint32_t n = len / 8; n > 0; n--, at += 8) {
		uint64_t word;
		memcpy(&word, at, 8);
		SIPHASH_WORD(&s, word);
	}

	// What is left, zeros, and the length modulo 256 in the top byte.
	uint64_t last = (uint64_t)len << 56;
	for (uint32_t i = 0; i < len % 8; i++)
		last |= (uint64_t)at[i] << (8 * i);
	SIPHASH_WORD(&s, last);
	SIPHASH_END(&s, last);
	return last;
}

// The compiler makes of it what the processor has: one register of eight, or four of two.
typedef uint64_t lanes __attribute__((vector_size(8 * SIPHASH_LANES)));

struct lanes_state {
	lanes v0, v1, v2, v3;
};

void siphash_u64_lanes(const uint64_t key[2], uint64_t values[SIPHASH_LANES])
{
	const struct siphash_state begin = siphash_begin(key);
	const lanes none = { 0 };
	struct lanes_state s = { none + begin.v0, none + begin.v1, none + begin.v2,
				 none + begin.v3 };
	lanes word;

	memcpy(&word, values, sizeof(word));
	SIPHASH_WORD(&s, word);
	SIPHASH_WORD(&s, (uint64_t)8 << 56);
	SIPHASH_END(&s, word);
	memcpy(values, &word, sizeof(word));
}
