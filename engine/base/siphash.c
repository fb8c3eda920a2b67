// SPDX-License-Identifier: BSD-3-Clause
// SipHash-2-4, 64-bit output, after Aumasson and Bernstein, "SipHash: a fast short-input PRF".
#include "base/siphash.h"

#include <assert.h>
#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are loaded as they stand");

struct sip {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate_left(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v1 = rotate_left(s->v1, 13) ^ s->v0;
	s->v0 = rotate_left(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate_left(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate_left(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate_left(s->v1, 17) ^ s->v2;
	s->v2 = rotate_left(s->v2, 32);
}

static inline struct sip sip_begin(const uint64_t key[2])
{
	return (struct sip){
		.v0 = key[0] ^ 0x736f6d6570736575, // "somepseudorandomlygeneratedbytes"
		.v1 = key[1] ^ 0x646f72616e646f6d,
		.v2 = key[0] ^ 0x6c7967656e657261,
		.v3 = key[1] ^ 0x7465646279746573,
	};
}

static inline void sip_word(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	sip_round(s);
	s->v0 ^= word;
}

static inline uint64_t sip_end(struct sip *s)
{
	s->v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

uint64_t siphash(const uint64_t key[2], const void *bytes, uint32_t len)
{
	const uint8_t *at = bytes;
	struct sip s = sip_begin(key);

	for (uint32_t n = len / 8; n > 0; n--, at += 8) {
		uint64_t word;
		memcpy(&word, at, 8);
		sip_word(&s, word);
	}

	// What is left, zeros, and the length modulo 256 in the top byte.
	uint64_t last = (uint64_t)len << 56;
	for (uint32_t i = 0; i < len % 8; i++)
		last |= (uint64_t)at[i] << (8 * i);
	sip_word(&s, last);
	return sip_end(&s);
}

uint64_t siphash_u64(const uint64_t key[2], uint64_t value)
{
	struct sip s = sip_begin(key);

	sip_word(&s, value);
	sip_word(&s, (uint64_t)8 << 56);
	return sip_end(&s);
}
