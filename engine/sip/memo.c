// SPDX-License-Identifier: BSD-3-Clause
// Remembered texts: finding the one that a text is like, and a place for a new one.
#include "sip/memo.h"

#include <string.h>

#include "sip/marks.h"

#define WAYS 2
#define WORTH_NEW 2
#define WORTH_PROVEN 8

#if defined(__AVX512BW__) || defined(__AVX2__)
// What a byte is by each half of it: plain bytes have a bit in common.
#define LOW_HALVES 0xa, 0xe, 0xe, 0xe, 0xe, 0xe, 0xe, 0xe, 0xe, 0xe, 0xc, 0x4, 0x4, 0x5, 0x5, 0x4
#define HIGH_HALVES 0, 0, 0x1, 0x2, 0x4, 0x8, 0x4, 0x8, 0, 0, 0, 0, 0, 0, 0, 0
#endif

#if defined(__AVX512BW__)
static bool text_fits(const struct memo *memo, const char *text)
{
	const __m512i lows = _mm512_broadcast_i32x4(_mm_setr_epi8(LOW_HALVES));
	const __m512i highs = _mm512_broadcast_i32x4(_mm_setr_epi8(HIGH_HALVES));
	const uint32_t len = memo->len;
	__mmask64 other = 0;

	for (uint32_t i = 0; i < len; i += BLOCK_BYTES) {
		const uint32_t n = len - i < BLOCK_BYTES ? len - i : BLOCK_BYTES;
		const __m512i x = _mm512_maskz_loadu_epi8(first_of_block(n), text + i);
		const __m512i high = _mm512_and_si512(_mm512_srli_epi16(x, 4),
						      _mm512_set1_epi8(0xf));
		const __m512i plain = _mm512_and_si512(_mm512_shuffle_epi8(lows, x),
						       _mm512_shuffle_epi8(highs, high));
		const __mmask64 fixed = _mm512_testn_epi8_mask(
			plain, _mm512_loadu_si512(memo->released + i));

		other |= _mm512_mask_cmpneq_epi8_mask(fixed, x, _mm512_loadu_si512(memo->text + i));
	}
	return other == 0;
}
#elif defined(__AVX2__)
// Bits in which bytes differ that must not.
static inline __m256i strange_32(const struct memo *memo, const char *text, uint32_t i)
{
	const __m256i lows = _mm256_setr_epi8(LOW_HALVES, LOW_HALVES);
	const __m256i highs = _mm256_setr_epi8(HIGH_HALVES, HIGH_HALVES);
	const __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
	const __m256i known = _mm256_loadu_si256((const __m256i *)(const void *)(memo->text + i));
	const __m256i released = _mm256_loadu_si256(
		(const __m256i *)(const void *)(memo->released + i));
	const __m256i high = _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(0xf));
	const __m256i plain = _mm256_and_si256(_mm256_shuffle_epi8(lows, x),
					       _mm256_shuffle_epi8(highs, high));
	const __m256i fixed = _mm256_cmpeq_epi8(_mm256_and_si256(plain, released),
						_mm256_setzero_si256());

	return _mm256_and_si256(fixed, _mm256_xor_si256(x, known));
}

// What is left at the end is looked at together with bytes before it.
static bool text_fits(const struct memo *memo, const char *text)
{
	__m256i strange = strange_32(memo, text, memo->len - 32u);

	for (uint32_t i = 0; i + 32 < memo->len; i += 32)
		strange = _mm256_or_si256(strange, strange_32(memo, text, i));
	return _mm256_testz_si256(strange, strange);
}
#elif defined(__SSE2__)
static inline bool fits_16(const struct memo *memo, const char *text, uint32_t i)
{
	const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(text + i));
	const __m128i known = _mm_loadu_si128((const __m128i *)(const void *)(memo->text + i));
	const __m128i released = _mm_loadu_si128(
		(const __m128i *)(const void *)(memo->released + i));
	const __m128i from_a = _mm_sub_epi8(_mm_or_si128(x, _mm_set1_epi8(0x20)),
					    _mm_set1_epi8('a'));
	const __m128i from_dash = _mm_sub_epi8(x, _mm_set1_epi8('-')); // - . / and the digits
	const __m128i letter = _mm_cmpeq_epi8(_mm_min_epu8(from_a, _mm_set1_epi8(25)), from_a);
	const __m128i other = _mm_cmpeq_epi8(_mm_min_epu8(from_dash, _mm_set1_epi8('9' - '-')),
					     from_dash);
	const __m128i plain = _mm_or_si128(
		letter, _mm_andnot_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('/')), other));

	return _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(x, known),
					      _mm_and_si128(plain, released))) == 0xffff;
}

// What is left at the end is looked at together with bytes before it.
static bool text_fits(const struct memo *memo, const char *text)
{
	uint32_t i = 0;

	for (; i + 16 <= memo->len; i += 16) {
		if (!fits_16(memo, text, i))
			return false;
	}
	return i == memo->len || fits_16(memo, text, memo->len - 16u);
}
#else
static bool text_fits(const struct memo *memo, const char *text)
{
	for (uint32_t i = 0; i < memo->len; i++) {
		if (text[i] != memo->text[i] && !(memo->released[i] && memo_is_plain(text[i])))
			return false;
	}
	return true;
}
#endif

// Where a text of this length may be remembered: two places, so that two kinds of messages that are
// equally long do not drive each other out.
static inline uint32_t place(uint32_t len, unsigned way)
{
	return (len + way) % MEMOS;
}

int memos_find(struct memo memos[MEMOS], const char *text, uint32_t len)
{
	for (unsigned way = 0; way < WAYS; way++) {
		struct memo *memo = &memos[place(len, way)];

		if (memo->len != len || len == 0 || !text_fits(memo, text))
			continue;
		memo->worth = WORTH_PROVEN;
		return (int)(memo - memos);
	}
	return -1;
}

int memos_take(struct memo memos[MEMOS], const char *text, uint32_t len)
{
	// at least what a vector holds (text_fits() reads the end together with bytes before it)
	if (len < 32 || len > MEMO_BYTES_MAX)
		return -1;
	for (unsigned way = 0; way < WAYS; way++) {
		struct memo *memo = &memos[place(len, way)];

		if (memo->worth > 0) {
			memo->worth--;
			continue;
		}
		memset(memo, 0, sizeof(*memo));
		memcpy(memo->text, text, len);
		memo->len = (uint16_t)len;
		memo->worth = WORTH_NEW;
		return (int)(memo - memos);
	}
	return -1;
}
