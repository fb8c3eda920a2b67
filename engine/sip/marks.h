// SPDX-License-Identifier: BSD-3-Clause
// Finding the bytes that matter: 64 bytes become 64 bits, a walk goes from set bit to set bit.
//
// The plain forms are the reference for the others, and what other processors use.
#pragma once

#include <stdint.h>
#include <string.h>
#if defined(__AVX2__)
#include <immintrin.h> // ten times as long as what SSE needs
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

// Bytes looked at together: one bit each in a word.
#define BLOCK_BYTES 64

// Bits of the control characters (below SP) among n bytes, n <= BLOCK_BYTES.
static inline uint64_t controls_plain(const char *p, uint32_t n)
{
	uint64_t bits = 0;

	for (uint32_t i = 0; i < n; i++)
		bits |= (uint64_t)((uint8_t)p[i] < ' ') << i;
	return bits;
}

// Bits of what gives a Via value its structure, : ; = and , and of " ( < [ which hardly anybody
// writes there.
static inline uint64_t separators_plain(const char *p, uint32_t n)
{
	uint64_t bits = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)p[i];
		bits |= (uint64_t)((c >= ':' && c <= '=') || c == ',' || c == '"' || c == '(' ||
				   c == '[')
			<< i;
	}
	return bits;
}

#ifdef __SSE2__
static inline uint64_t controls_16(const char *p)
{
	const __m128i x = _mm_loadu_si128((const __m128i *)p);

	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x));
}

static inline uint64_t separators_16(const char *p)
{
	const __m128i x = _mm_loadu_si128((const __m128i *)p);
	const __m128i from_colon = _mm_sub_epi8(x, _mm_set1_epi8(':')); // ':' ';' '<' '=' are 0..3
	__m128i hit = _mm_cmpeq_epi8(_mm_min_epu8(from_colon, _mm_set1_epi8(3)), from_colon);

	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(x, _mm_set1_epi8(',')));
	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(x, _mm_set1_epi8('"')));
	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(x, _mm_set1_epi8('(')));
	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(x, _mm_set1_epi8('[')));
	return (uint32_t)_mm_movemask_epi8(hit);
}

// A last piece of less than 16 bytes is read together with bytes before it, which must be there:
// `p` stands at least 16 bytes behind the start of the text, or n >= 16. Never reads past p + n.
#define BITS_BY_16(NAME) \
	static inline uint64_t NAME##_sse2(const char *p, uint32_t n) \
	{ \
		uint64_t bits = 0; \
		uint32_t i = 0; \
\
		if (n == BLOCK_BYTES) \
			return NAME##_16(p) | NAME##_16(p + 16) << 16 | NAME##_16(p + 32) << 32 | \
			       NAME##_16(p + 48) << 48; \
		for (; i + 16 <= n; i += 16) \
			bits |= NAME##_16(p + i) << i; \
		if (i < n) \
			bits |= NAME##_16(p + n - 16) >> (i + 16 - n) << i; \
		return bits; \
	}
BITS_BY_16(controls)
BITS_BY_16(separators)
#endif

// A whole block is one vector here, and so is a last piece: what is not there is not read.
#ifdef __AVX512BW__
static inline __mmask64 first_of_block(uint32_t n)
{
	return n == BLOCK_BYTES ? ~(__mmask64)0 : ((__mmask64)1 << n) - 1;
}

static inline uint64_t controls_avx512(const char *p, uint32_t n)
{
	const __mmask64 first = first_of_block(n);
	const __m512i x = _mm512_maskz_loadu_epi8(first, p);

	return _mm512_mask_cmplt_epu8_mask(first, x, _mm512_set1_epi8(' '));
}

static inline uint64_t separators_avx512(const char *p, uint32_t n)
{
	const __m512i x = _mm512_maskz_loadu_epi8(first_of_block(n), p);
	const __m512i from_colon = _mm512_sub_epi8(x, _mm512_set1_epi8(':')); // as above

	return _mm512_cmplt_epu8_mask(from_colon, _mm512_set1_epi8(4)) |
	       _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8(',')) |
	       _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('"')) |
	       _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('(')) |
	       _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('['));
}
#define controls_of controls_avx512
#define separators_of separators_avx512
#elif defined(__SSE2__)
#define controls_of controls_sse2
#define separators_of separators_sse2
#else
#define controls_of controls_plain
#define separators_of separators_plain
#endif

// A walk over the marked bytes of a text of at least 16 bytes.
struct marks {
	const char *block; // the bytes that `bits` describes
	const char *next;  // those after them
	const char *end;
	uint64_t bits; // marked ones not yet passed
};

static inline void marks_start(struct marks *m, const char *text, const char *end)
{
	m->block = m->next = text;
	m->end = end;
	m->bits = 0;
}

// Next marked byte; `end` when there is none.
static inline const char *marks_next(struct marks *m, uint64_t (*bits_of)(const char *, uint32_t))
{
	while (m->bits == 0) {
		uint32_t left = (uint32_t)(m->end - m->next);

		if (left == 0)
			return m->end;
		if (left > BLOCK_BYTES)
			left = BLOCK_BYTES;
		m->bits = bits_of(m->next, left);
		m->block = m->next;
		m->next += left;
	}
	const char *at = m->block + __builtin_ctzll(m->bits);
	m->bits &= m->bits - 1;
	return at;
}

// Step over the next marked byte, of which it is known that it comes right behind the last one: so it
// is in the same block when anything is left of that.
static inline void marks_skip(struct marks *m, uint64_t (*bits_of)(const char *, uint32_t))
{
	if (m->bits != 0)
		m->bits &= m->bits - 1;
	else
		marks_next(m, bits_of);
}

// The first colon of a line. Reads sixteen bytes when the text, not only the line, has them: most
// names are shorter than that.
static inline const char *colon_find(const char *at, const char *line_end, const char *text_end)
{
#ifdef __SSE2__
	if (text_end - at >= 16) {
		const __m128i x = _mm_loadu_si128((const __m128i *)at);
		int bits = _mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8(':')));

		if (bits != 0) {
			at += __builtin_ctz((unsigned)bits);
			return at < line_end ? at : NULL;
		}
		if (line_end - at <= 16)
			return NULL;
		at += 16;
	}
#else
	(void)text_end;
#endif
	return memchr(at, ':', (size_t)(line_end - at));
}
