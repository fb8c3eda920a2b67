// SPDX-License-Identifier: BSD-3-Clause
// The Internet checksum. It sums in the byte order of the machine, with vector instructions where the
// processor has them.
#include "base/checksum.h"

#include <assert.h>
#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#include "base/bytes.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	      "checksum_add() swaps the bytes of its sum");

static inline uint64_t load_native64(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, 8);
	return v;
}

// Split a 64-bit word into two of 32 bits, since a 64-bit sum of 32-bit words loses no carry.
static inline uint64_t halves(uint64_t v)
{
	return (v & 0xffffffff) + (v >> 32);
}

// Byte order does not matter, because swapping the bytes of the sum has the same effect as swapping those of
// each word (RFC 1071 2(B)). Words may be wider than 16 bits, because 2^16 = 1 modulo 0xffff. There are four
// sums so that no addition has to wait for the one before it.
uint64_t checksum_sum_plain(const uint8_t *bytes, uint32_t len)
{
	uint64_t a = 0, b = 0, c = 0, d = 0;

	for (; len >= 32; len -= 32, bytes += 32) {
		a += halves(load_native64(bytes));
		b += halves(load_native64(bytes + 8));
		c += halves(load_native64(bytes + 16));
		d += halves(load_native64(bytes + 24));
	}
	for (; len >= 8; len -= 8, bytes += 8)
		a += halves(load_native64(bytes));
	if (len >= 4) {
		uint32_t v;
		memcpy(&v, bytes, 4);
		b += v;
		bytes += 4;
		len -= 4;
	}
	if (len >= 2) {
		uint16_t v;
		memcpy(&v, bytes, 2);
		c += v;
		bytes += 2;
		len -= 2;
	}
	if (len == 1)
		d += *bytes; // the low half of a word; its other half is 0
	return a + b + c + d;
}

#if defined(__AVX512BW__)
// Add up 16-bit words in lanes of 32 bits. The bytes that do not fill a vector are loaded with zeros behind
// them.
static uint64_t checksum_sum_simd(const uint8_t *bytes, uint32_t len)
{
	const __m512i low = _mm512_set1_epi32(0xffff);
	__m512i a = _mm512_setzero_si512(), b = a;

	assert(len <= UINT16_MAX); // so neither a lane nor the sum of all lanes overflows
	for (; len >= 64; len -= 64, bytes += 64) {
		const __m512i x = _mm512_loadu_si512(bytes);
		a = _mm512_add_epi32(a, _mm512_and_si512(x, low));
		b = _mm512_add_epi32(b, _mm512_srli_epi32(x, 16));
	}
	const __m512i x = _mm512_maskz_loadu_epi8(((__mmask64)1 << len) - 1, bytes);
	a = _mm512_add_epi32(a, _mm512_and_si512(x, low));
	b = _mm512_add_epi32(b, _mm512_srli_epi32(x, 16));
	return (uint32_t)_mm512_reduce_add_epi32(_mm512_add_epi32(a, b));
}
#elif defined(__SSE2__)
// Add the four 32-bit words of x to two lanes of 64 bits, which cannot overflow before 2^32 additions.
static inline __m128i sum_16(__m128i sum, __m128i x)
{
	const __m128i low = _mm_set1_epi64x(0xffffffff);

	return _mm_add_epi64(sum, _mm_add_epi64(_mm_and_si128(x, low), _mm_srli_epi64(x, 32)));
}

static inline uint64_t lanes_sum(__m128i x)
{
	return (uint64_t)_mm_cvtsi128_si64(x) +
	       (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(x, x));
}

#ifdef __AVX2__
static inline __m256i sum_32(__m256i sum, __m256i x)
{
	const __m256i low = _mm256_set1_epi64x(0xffffffff);

	return _mm256_add_epi64(
		sum, _mm256_add_epi64(_mm256_and_si256(x, low), _mm256_srli_epi64(x, 32)));
}
#endif

static uint64_t checksum_sum_simd(const uint8_t *bytes, uint32_t len)
{
	__m128i a = _mm_setzero_si128(), b = a;

#ifdef __AVX2__
	__m256i c = _mm256_setzero_si256(), d = c;

	for (; len >= 64; len -= 64, bytes += 64) {
		c = sum_32(c, _mm256_loadu_si256((const __m256i *)bytes));
		d = sum_32(d, _mm256_loadu_si256((const __m256i *)(bytes + 32)));
	}
	c = _mm256_add_epi64(c, d);
	a = _mm_add_epi64(_mm256_castsi256_si128(c), _mm256_extracti128_si256(c, 1));
#endif
	for (; len >= 32; len -= 32, bytes += 32) {
		a = sum_16(a, _mm_loadu_si128((const __m128i *)bytes));
		b = sum_16(b, _mm_loadu_si128((const __m128i *)(bytes + 16)));
	}
	return lanes_sum(_mm_add_epi64(a, b)) + checksum_sum_plain(bytes, len);
}
#endif

#ifdef __SSE2__
#define checksum_sum checksum_sum_simd
#else
#define checksum_sum checksum_sum_plain
#endif

uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, uint32_t len)
{
	return sum + __builtin_bswap16(checksum_fold(checksum_sum(bytes, len)));
}

uint16_t checksum_finish(uint64_t sum)
{
	return (uint16_t)~checksum_fold(sum);
}

uint64_t checksum_pseudo_ipv4(const uint8_t src[4], const uint8_t dst[4], uint8_t protocol,
			      uint16_t len)
{
	return (uint64_t)load_be32(src) + load_be32(dst) + protocol + len;
}

uint64_t checksum_pseudo_ipv6(const uint8_t addresses[32], uint8_t protocol, uint16_t len)
{
	uint64_t sum = (uint64_t)protocol + len;

	for (unsigned at = 0; at < 32; at += 4)
		sum += load_be32(addresses + at);
	return sum;
}
