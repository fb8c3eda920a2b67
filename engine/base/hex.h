// SPDX-License-Identifier: BSD-3-Clause
// Numbers as hexadecimal text, sixteen digits at once: every request and every reply has some.
//
// The plain forms are the reference for the others, and what other processors use.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSSE3__
#include <tmmintrin.h>
#endif

// Eight digits at once: every nibble gets a byte of its own, and those above 9 move on to 'a'.
static inline void text_put_hex32(char *out, uint32_t v)
{
	uint64_t x = v;

	x = (x & 0xffff0000) << 16 | (x & 0x0000ffff);
	x = (x & 0x0000ff000000ff00) << 8 | (x & 0x000000ff000000ff);
	x = (x & 0x00f000f000f000f0) << 4 | (x & 0x000f000f000f000f);

	uint64_t above_9 = (x + 0x0606060606060606) >> 4 & 0x0101010101010101;
	x += 0x3030303030303030 + above_9 * ('a' - '0' - 10);
	x = __builtin_bswap64(x);
	memcpy(out, &x, sizeof(x));
}

static inline void hex_put64_plain(char *out, uint64_t v)
{
	text_put_hex32(out, (uint32_t)(v >> 32));
	text_put_hex32(out + 8, (uint32_t)v);
}

// Value of a digit; -1: not one.
static inline int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static inline bool hex_get64_plain(const char *in, uint64_t *v)
{
	uint64_t value = 0;
	int all = 0;

	for (unsigned i = 0; i < 16; i++) {
		int digit = hex_digit(in[i]);
		all |= digit;
		value = value << 4 | (uint64_t)(digit & 15);
	}
	if (all < 0)
		return false;
	*v = value;
	return true;
}

#ifdef __SSSE3__
static inline void hex_put64_simd(char *out, uint64_t v)
{
	const __m128i digits = _mm_setr_epi8('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a',
					     'b', 'c', 'd', 'e', 'f');
	const __m128i low = _mm_set1_epi8(15);
	__m128i bytes = _mm_cvtsi64_si128((long long)__builtin_bswap64(v));
	__m128i upper = _mm_and_si128(_mm_srli_epi16(bytes, 4), low);
	__m128i nibbles = _mm_unpacklo_epi8(upper, _mm_and_si128(bytes, low));

	_mm_storeu_si128((__m128i *)out, _mm_shuffle_epi8(digits, nibbles));
}

static inline bool hex_get64_simd(const char *in, uint64_t *v)
{
	const __m128i x = _mm_loadu_si128((const __m128i *)in);
	__m128i number = _mm_sub_epi8(x, _mm_set1_epi8('0'));
	__m128i letter = _mm_sub_epi8(_mm_or_si128(x, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
	// unsigned comparisons: what is below the first one wraps around
	__m128i is_number = _mm_cmpeq_epi8(_mm_min_epu8(number, _mm_set1_epi8(9)), number);
	__m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(5)), letter);

	if (_mm_movemask_epi8(_mm_or_si128(is_number, is_letter)) != 0xffff)
		return false;
	letter = _mm_add_epi8(letter, _mm_set1_epi8(10));
	__m128i nibbles = _mm_or_si128(_mm_and_si128(is_number, number),
				       _mm_andnot_si128(is_number, letter));
	// upper * 16 + lower, in words, then as bytes
	__m128i words = _mm_maddubs_epi16(nibbles, _mm_set1_epi16(0x0110));
	uint64_t value = (uint64_t)_mm_cvtsi128_si64(_mm_packus_epi16(words, words));
	*v = __builtin_bswap64(value);
	return true;
}
#define hex_put64 hex_put64_simd
#define hex_get64 hex_get64_simd
#else
#define hex_put64 hex_put64_plain
#define hex_get64 hex_get64_plain
#endif

// 16 characters, most significant first
static inline void text_put_hex64(char *out, uint64_t v)
{
	hex_put64(out, v);
}

// 16 hex characters (either case) to a number; false when one is not hex
static inline bool text_get_hex64(const char *in, uint64_t *v)
{
	return hex_get64(in, v);
}
