// SPDX-License-Identifier: BSD-3-Clause
// SipHash against the vectors that its authors publish (vectors_sip64 of the reference code).
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/siphash.h"
#include "guard.h"

// Key 00 01 .. 0f; message 00 01 .. of 0, 1, 2, ... bytes.
static const uint64_t key[2] = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
static const uint8_t vectors[][8] = {
	{ 0x31, 0x0e, 0x0e, 0xdd, 0x47, 0xdb, 0x6f, 0x72 },
	{ 0xfd, 0x67, 0xdc, 0x93, 0xc5, 0x39, 0xf8, 0x74 },
	{ 0x5a, 0x4f, 0xa9, 0xd9, 0x09, 0x80, 0x6c, 0x0d },
	{ 0x2d, 0x7e, 0xfb, 0xd7, 0x96, 0x66, 0x67, 0x85 },
	{ 0xb7, 0x87, 0x71, 0x27, 0xe0, 0x94, 0x27, 0xcf },
	{ 0x8d, 0xa6, 0x99, 0xcd, 0x64, 0x55, 0x76, 0x18 },
	{ 0xce, 0xe3, 0xfe, 0x58, 0x6e, 0x46, 0xc9, 0xcb },
	{ 0x37, 0xd1, 0x01, 0x8b, 0xf5, 0x00, 0x02, 0xab },
	{ 0x62, 0x24, 0x93, 0x9a, 0x79, 0xf5, 0xf5, 0x93 },
	{ 0xb0, 0xe4, 0xa9, 0x0b, 0xdf, 0x82, 0x00, 0x9e },
	{ 0xf3, 0xb9, 0xdd, 0x94, 0xc5, 0xbb, 0x5d, 0x7a },
	{ 0xa7, 0xad, 0x6b, 0x22, 0x46, 0x2f, 0xb3, 0xf4 },
	{ 0xfb, 0xe5, 0x0e, 0x86, 0xbc, 0x8f, 0x1e, 0x75 },
	{ 0x90, 0x3d, 0x84, 0xc0, 0x27, 0x56, 0xea, 0x14 },
	{ 0xee, 0xf2, 0x7a, 0x8e, 0x90, 0xca, 0x23, 0xf7 },
	{ 0xe5, 0x45, 0xbe, 0x49, 0x61, 0xca, 0x29, 0xa1 },
	{ 0xdb, 0x9b, 0xc2, 0x57, 0x7f, 0xcc, 0x2a, 0x3f },
	{ 0x94, 0x47, 0xbe, 0x2c, 0xf5, 0xe9, 0x9a, 0x69 },
};

Test(siphash, reference_vectors)
{
	uint8_t message[64];

	for (unsigned i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)i;
	for (uint32_t len = 0; len < sizeof(vectors) / sizeof(vectors[0]); len++) {
		uint8_t *copy = guard_copy(message, len);
		uint64_t want;
		memcpy(&want, vectors[len], 8);
		cr_assert(eq(u64, siphash(key, copy, len), want), "%u bytes", len);
		guard_free(copy, len);
	}
}

Test(siphash, of_a_number_is_that_of_its_bytes)
{
	for (int i = 0; i < 64; i++) {
		uint64_t value = UINT64_C(0x0706050403020100) ^ UINT64_C(1) << i;
		cr_assert(eq(u64, siphash_u64(key, value), siphash(key, &value, 8)));
	}
	uint64_t want;
	memcpy(&want, vectors[8], 8);
	cr_assert(eq(u64, siphash_u64(key, 0x0706050403020100), want));
}

Test(siphash, eight_at_once_are_each_as_one)
{
	for (uint64_t round = 0; round < 1000; round++) {
		uint64_t values[SIPHASH_LANES], hashes[SIPHASH_LANES];

		for (unsigned i = 0; i < SIPHASH_LANES; i++)
			hashes[i] = values[i] = (round * SIPHASH_LANES + i) * 0x9e3779b97f4a7c15;
		siphash_u64_lanes(key, hashes);
		for (unsigned i = 0; i < SIPHASH_LANES; i++)
			cr_assert(eq(u64, hashes[i], siphash_u64(key, values[i])));
	}
}

Test(siphash, both_halves_of_the_key_matter)
{
	const uint64_t left[2] = { key[0] ^ 1, key[1] }, right[2] = { key[0], key[1] ^ 1 };

	cr_assert(ne(u64, siphash(left, "x", 1), siphash(key, "x", 1)));
	cr_assert(ne(u64, siphash(right, "x", 1), siphash(key, "x", 1)));
	cr_assert(ne(u64, siphash(right, "x", 1), siphash(left, "x", 1)));
}

Test(siphash, a_derived_key_is_another_for_each_purpose_and_parent)
{
	enum { PURPOSES = 64 };
	const uint64_t other[2] = { key[0], key[1] ^ 1 };
	uint64_t keys[2 * PURPOSES][2];

	for (uint64_t i = 0; i < PURPOSES; i++) {
		siphash_derive(key, i, keys[i]);
		siphash_derive(other, i, keys[PURPOSES + i]);
	}
	for (unsigned a = 0; a < 2 * PURPOSES; a++) {
		cr_assert(ne(u64, keys[a][0], keys[a][1]));
		for (unsigned b = 0; b < a; b++)
			for (unsigned half = 0; half < 2; half++) {
				cr_assert(ne(u64, keys[a][half], keys[b][half]));
				cr_assert(ne(u64, keys[a][half], keys[b][!half]));
			}
	}
}

Test(siphash, a_key_may_be_derived_in_place)
{
	uint64_t there[2], here[2] = { key[0], key[1] };

	siphash_derive(key, 5, there);
	siphash_derive(here, 5, here);
	cr_assert(eq(u64, here[0], there[0]));
	cr_assert(eq(u64, here[1], there[1]));
}
