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
		siphash_word(&s, word);
	}

	// What is left, zeros, and the length modulo 256 in the top byte.
	uint64_t last = (uint64_t)len << 56;
	for (uint32_t i = 0; i < len % 8; i++)
		last |= (uint64_t)at[i] << (8 * i);
	siphash_word(&s, last);
	return siphash_end(&s);
}
