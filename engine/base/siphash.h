// SPDX-License-Identifier: BSD-3-Clause
// SipHash-2-4 (Aumasson, Bernstein): keyed hash for branches, nonces and tables.
#pragma once

#include <stdint.h>

struct siphash_state {
	uint64_t v0, v1, v2, v3;
};

#define SIPHASH_ROTATE(X, BITS) ((X) << (BITS) | (X) >> (64 - (BITS)))

// Of a state of numbers, or of vectors of them.
#define SIPHASH_ROUND(S) \
	do { \
		(S)->v0 += (S)->v1; \
		(S)->v1 = SIPHASH_ROTATE((S)->v1, 13) ^ (S)->v0; \
		(S)->v0 = SIPHASH_ROTATE((S)->v0, 32); \
		(S)->v2 += (S)->v3; \
		(S)->v3 = SIPHASH_ROTATE((S)->v3, 16) ^ (S)->v2; \
		(S)->v0 += (S)->v3; \
		(S)->v3 = SIPHASH_ROTATE((S)->v3, 21) ^ (S)->v0; \
		(S)->v2 += (S)->v1; \
		(S)->v1 = SIPHASH_ROTATE((S)->v1, 17) ^ (S)->v2; \
		(S)->v2 = SIPHASH_ROTATE((S)->v2, 32); \
	} while (0)

#define SIPHASH_WORD(S, WORD) \
	do { \
		(S)->v3 ^= (WORD); \
		SIPHASH_ROUND(S); \
		SIPHASH_ROUND(S); \
		(S)->v0 ^= (WORD); \
	} while (0)
#define SIPHASH_END(S, HASH) \
	do { \
		(S)->v2 ^= 0xff; \
		for (int round = 0; round < 4; round++) \
			SIPHASH_ROUND(S); \
		(HASH) = (S)->v0 ^ (S)->v1 ^ (S)->v2 ^ (S)->v3; \
	} while (0)

static inline struct siphash_state siphash_begin(const uint64_t key[2])
{
	return (struct siphash_state){
		.v0 = key[0] ^ 0x736f6d6570736575, // "somepseudorandomlygeneratedbytes"
		.v1 = key[1] ^ 0x646f72616e646f6d,
		.v2 = key[0] ^ 0x6c7967656e657261,
		.v3 = key[1] ^ 0x7465646279746573,
	};
}

// Of the 8 bytes of a number, little-endian. Here, not behind a call: each request and each reply
// needs one.
static inline uint64_t siphash_u64(const uint64_t key[2], uint64_t value)
{
	struct siphash_state s = siphash_begin(key);
	uint64_t hash;

	SIPHASH_WORD(&s, value);
	SIPHASH_WORD(&s, (uint64_t)8 << 56);
	SIPHASH_END(&s, hash);
	return hash;
}

// siphash_u64() of eight numbers at once, in place.
#define SIPHASH_LANES 8
void siphash_u64_lanes(const uint64_t key[2], uint64_t values[SIPHASH_LANES]);

uint64_t siphash(const uint64_t key[2], const void *bytes, uint32_t len);

// A key for one purpose. The key it comes from must serve nothing but that: then no hash under one
// derived key is known from those under another, and none tells anything of the key itself. `out`
// may be `key`. Purposes: below 2^63.
static inline void siphash_derive(const uint64_t key[2], uint64_t purpose, uint64_t out[2])
{
	uint64_t low = siphash_u64(key, purpose << 1);

	out[1] = siphash_u64(key, purpose << 1 | 1);
	out[0] = low;
}
