// SPDX-License-Identifier: BSD-3-Clause
// The first byte of a kind in a short piece of text: sixteen at a time, what is left by two loads
// that overlap. Never reads outside of the piece.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>

static inline __m128i find_load_16(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline __m128i find_load_8(const char *p)
{
	return _mm_loadl_epi64((const __m128i *)(const void *)p);
}

static inline __m128i find_load_4(const char *p)
{
	int v;

	memcpy(&v, p, sizeof(v));
	return _mm_cvtsi32_si128(v);
}

#define FIND_IS(X, C) _mm_cmpeq_epi8(X, _mm_set1_epi8(C))
#define FIND_UP_TO(X, C) _mm_cmpeq_epi8(_mm_min_epu8(X, _mm_set1_epi8(C)), X)
#define FIND_BITS(X) ((uint32_t)_mm_movemask_epi8(X))

// find_NAME(at, end): the first byte of the kind, or end. KIND: of a vector x; PLAIN: of a byte c.
#define FIND(NAME, KIND, PLAIN) \
	static inline uint32_t find_##NAME##_bits(__m128i x) \
	{ \
		return FIND_BITS(KIND); \
	} \
	static inline const char *find_##NAME(const char *at, const char *end) \
	{ \
		size_t n = (size_t)(end - at); \
		uint32_t bits = 0; \
\
		for (; n >= 16; at += 16, n -= 16) { \
			bits = find_##NAME##_bits(find_load_16(at)); \
			if (bits != 0) \
				return at + __builtin_ctz(bits); \
		} \
		if (n >= 8) { \
			bits = (find_##NAME##_bits(find_load_8(at)) & 0xff) | \
			       (find_##NAME##_bits(find_load_8(end - 8)) & 0xff) << (n - 8); \
		} else if (n >= 4) { \
			bits = (find_##NAME##_bits(find_load_4(at)) & 0xf) | \
			       (find_##NAME##_bits(find_load_4(end - 4)) & 0xf) << (n - 4); \
		} else { \
			for (size_t i = 0; i < n; i++) { \
				const uint8_t c = (uint8_t)at[i]; \
				bits |= (uint32_t)(PLAIN) << i; \
			} \
		} \
		return bits != 0 ? at + __builtin_ctz(bits) : end; \
	}

// find_NAME_all(at, n): a bit for each byte of the kind; 8 <= n < 64.
#define FIND_ALL(NAME) \
	static inline uint64_t find_##NAME##_all(const char *at, uint32_t n) \
	{ \
		uint64_t bits = 0; \
		uint32_t i = 0; \
\
		if (n < 16) \
			return (find_##NAME##_bits(find_load_8(at)) & 0xff) | \
			       (find_##NAME##_bits(find_load_8(at + n - 8)) & 0xff) << (n - 8); \
		for (; i + 16 <= n; i += 16) \
			bits |= (uint64_t)find_##NAME##_bits(find_load_16(at + i)) << i; \
		return bits | (uint64_t)find_##NAME##_bits(find_load_16(at + n - 16)) << (n - 16); \
	}
#else
#define FIND_ALL(NAME) \
	static inline uint64_t find_##NAME##_all(const char *at, uint32_t n) \
	{ \
		uint64_t bits = 0; \
\
		for (const char *c = at; (c = find_##NAME(c, at + n)) < at + n; c++) \
			bits |= (uint64_t)1 << (c - at); \
		return bits; \
	}
#define FIND(NAME, KIND, PLAIN) \
	static inline const char *find_##NAME(const char *at, const char *end) \
	{ \
		for (; at < end; at++) { \
			const uint8_t c = (uint8_t)*at; \
			if (PLAIN) \
				return at; \
		} \
		return end; \
	}
#endif

// a quote, or the escape of what follows
FIND(quoted_stop, _mm_or_si128(FIND_IS(x, '"'), FIND_IS(x, '\\')), c == '"' || c == '\\')
