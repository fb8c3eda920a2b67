// SPDX-License-Identifier: BSD-3-Clause
// Numbers as text and text as numbers, without locale, NUL or stdio.
#include "base/text.h"

#include <assert.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/hex.h"
#include "base/bytes.h"

// The last eight digits of v, in the order of memory: halves, then their halves, then digits.
static uint64_t eight_digits(uint32_t v)
{
	v %= 100000000;
	uint64_t x = (uint64_t)(v % 10000) << 32 | v / 10000;
	uint64_t hundreds = (x * 10486) >> 20 & 0x0000007f0000007f; // x / 100, for x < 10000
	x = (x - hundreds * 100) << 16 | hundreds;
	uint64_t tens = (x * 103) >> 10 & 0x000f000f000f000f; // x / 10, for x < 100
	x = (x - tens * 10) << 8 | tens;
	return x + 0x3030303030303030;
}

// Digits beyond `width` are cut at the front: a hole in a template never grows.
void text_put_decimal(char *out, uint32_t v, unsigned width)
{
	uint64_t digits = eight_digits(v);

	if (width < 8) {
		for (; width > 0; width--, digits <<= 8)
			out[width - 1] = (char)(digits >> 56);
		return;
	}
	memcpy(out + width - 8, &digits, 8);
	v /= 100000000;
	for (unsigned i = width - 8; i-- > 0; v /= 10)
		out[i] = (char)('0' + v % 10);
}

void text_put_decimal_short(char out[8], uint32_t v, unsigned width)
{
	uint64_t digits = width > 0 ? eight_digits(v) >> (64 - 8 * width) : 0;

	memcpy(out, &digits, sizeof(digits));
}

void text_put_decimal_wide(char out[TEXT_DECIMAL_ROOM], uint32_t v, unsigned width)
{
	uint64_t low = eight_digits(v);
	uint32_t high = v / 100000000; // two digits
	uint64_t first = '0' + high / 10 % 10 + (('0' + high % 10) << 8);
	unsigned shift = 8 * (width - 8);
	uint64_t halves[2] = { (first >> (16 - shift)) | low << shift, low >> (64 - shift) };

	assert(width == 9 || width == 10);
#ifdef __SSE2__
	_mm_storeu_si128((__m128i *)out,
			 _mm_set_epi64x((long long)halves[1], (long long)halves[0]));
#else
	memcpy(out, halves, sizeof(halves));
#endif
}

void text_put_padded(char *out, uint32_t v, unsigned width)
{
	unsigned i = width;

	while (i > 0) {
		out[--i] = (char)('0' + v % 10);
		v /= 10;
		if (v == 0)
			break;
	}
	memset(out, ' ', i);
}

unsigned text_put_number(char *out, uint32_t v)
{
	char digits[TEXT_DECIMAL_ROOM];
	uint64_t first;
	unsigned zeros;

	text_put_decimal_wide(digits, v, 10);
	memcpy(&first, digits, 8);
	first ^= 0x3030303030303030; // of which a digit 0 leaves nothing
	zeros = first != 0 ? (unsigned)__builtin_ctzll(first) / 8 : 8 + (digits[8] == '0');
	copy_short(out, digits + zeros, 10 - zeros);
	return 10 - zeros;
}

void text_put_hex(char *out, const uint8_t *bytes, unsigned n)
{
	static const char digits[] = "0123456789abcdef";

	for (; n >= 8; n -= 8, bytes += 8, out += 16) { // hashes
		uint64_t word;

		memcpy(&word, bytes, sizeof(word));
		text_put_hex64(out, __builtin_bswap64(word));
	}
	for (unsigned i = 0; i < n; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
}

bool text_get_number(const char *in, uint32_t len, uint32_t *v)
{
	uint64_t value = 0;

	if (len == 0)
		return false;
	for (uint32_t i = 0; i < len; i++) {
		uint8_t digit = (uint8_t)(in[i] - '0');
		if (digit > 9)
			return false;
		value = value * 10 + digit;
		if (value > UINT32_MAX)
			value = UINT32_MAX; // and stays there: the rest must still be digits
	}
	*v = (uint32_t)value;
	return true;
}

uint32_t text_get_thousandths(const char *in, uint32_t len, uint64_t *v)
{
	uint64_t value = 0;
	uint32_t i = 0, decimals = 0;
	bool point = false;

	for (; i < len; i++) {
		unsigned digit = (uint8_t)in[i] - '0';

		if (in[i] == '.' && !point && i > 0) {
			point = true;
			continue;
		}
		if (digit > 9)
			break;
		if (decimals == 3 || value > UINT64_MAX / 100000)
			return 0;
		value = value * 10 + digit;
		decimals += point;
	}
	if (i == 0 || in[i - 1] == '.')
		return 0;
	for (; decimals < 3; decimals++)
		value *= 10;
	*v = value;
	return i;
}

// ASCII only: SIP tokens know no other letters (RFC 3261 25.1).
static uint8_t letter_lower(char c)
{
	uint8_t byte = (uint8_t)c;

	return (uint8_t)(byte - 'A') < 26 ? byte | 0x20 : byte;
}

bool text_equal_nocase(const char *a, uint32_t a_len, const char *b, uint32_t b_len)
{
	uint32_t i = 0;

	if (a_len != b_len)
		return false;
	while (i < a_len) {
		uint64_t x, y;

		if (a_len - i >= 8) { // most are equal byte for byte
			memcpy(&x, a + i, 8);
			memcpy(&y, b + i, 8);
			if (x == y) {
				i += 8;
				continue;
			}
		}
		for (uint32_t end = a_len - i < 8 ? a_len : i + 8; i < end; i++)
			if (letter_lower(a[i]) != letter_lower(b[i]))
				return false;
	}
	return true;
}
