// SPDX-License-Identifier: BSD-3-Clause
// SipHash-2-4 (Aumasson, Bernstein): keyed hash for branches, nonces and tables.
#pragma once

#include <stdint.h>

struct siphash_state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate_left(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void siphash_round(struct siphash_state *s)
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

static inline struct siphash_state siphash_begin(const uint64_t key[2])
{
	return (struct siphash_state){
		.v0 = key[0] ^ 0x736f6d6570736575, // "somepseudorandomlygeneratedbytes"
		.v1 = key[1] ^ 0x646f72616e646f6d,
		.v2 = key[0] ^ 0x6c7967656e657261,
		.v3 = key[1] ^ 0x7465646279746573,
	};
}

static inline void siphash_word(struct siphash_state *s, uint64_t word)
{
	s->v3 ^= word;
	siphash_round(s);
	siphash_round(s);
	s->v0 ^= word;
}

static inline uint64_t siphash_end(struct siphash_state *s)
{
	s->v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		siphash_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

// Of the 8 bytes of a number, little-endian. Here, not behind a call: each request and each reply
// needs one.
static inline uint64_t siphash_u64(const uint64_t key[2], uint64_t value)
{
	struct siphash_state s = siphash_begin(key);

	siphash_word(&s, value);
	siphash_word(&s, (uint64_t)8 << 56);
	return siphash_end(&s);
}

uint64_t siphash(const uint64_t key[2], const void *bytes, uint32_t len);
