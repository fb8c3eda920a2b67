// SPDX-License-Identifier: BSD-3-Clause
// Numbers as text and text as numbers, without locale, NUL or stdio.
#include "base/text.h"

#include <string.h>

#include "base/bytes.h"

// Digits beyond `width` are cut at the front: a hole in a template never grows.
void text_put_decimal(char *out, uint32_t v, unsigned width)
{
	for (unsigned i = width; i-- > 0; v /= 10)
		out[i] = (char)('0' + v % 10);
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
	unsigned width = 1;

	for (uint32_t rest = v; rest >= 10; rest /= 10)
		width++;
	text_put_decimal(out, v, width);
	return width;
}

void text_put_hex(char *out, const uint8_t *bytes, unsigned n)
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < n; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
}

// Eight digits at once: every nibble gets a byte of its own, and those above 9 move on to 'a'.
void text_put_hex32(char *out, uint32_t v)
{
	uint64_t x = v;

	x = (x & 0xffff0000) << 16 | (x & 0x0000ffff);
	x = (x & 0x0000ff000000ff00) << 8 | (x & 0x000000ff000000ff);
	x = (x & 0x00f000f000f000f0) << 4 | (x & 0x000f000f000f000f);

	uint64_t above_9 = (x + 0x0606060606060606) >> 4 & 0x0101010101010101;
	x += 0x3030303030303030 + above_9 * ('a' - '0' - 10);
	store_be32((uint8_t *)out, (uint32_t)(x >> 32));
	store_be32((uint8_t *)out + 4, (uint32_t)x);
}

void text_put_hex64(char *out, uint64_t v)
{
	text_put_hex32(out, (uint32_t)(v >> 32));
	text_put_hex32(out + 8, (uint32_t)v);
}

// Value of a digit with HEX_DIGIT set; 0: not one. A table: every reply brings 16 of them.
#define HEX_DIGIT 0x10
// clang-format off
static const uint8_t hex_digits[256] = {
	['0'] = 0x10, ['1'] = 0x11, ['2'] = 0x12, ['3'] = 0x13, ['4'] = 0x14,
	['5'] = 0x15, ['6'] = 0x16, ['7'] = 0x17, ['8'] = 0x18, ['9'] = 0x19,
	['a'] = 0x1a, ['b'] = 0x1b, ['c'] = 0x1c, ['d'] = 0x1d, ['e'] = 0x1e, ['f'] = 0x1f,
	['A'] = 0x1a, ['B'] = 0x1b, ['C'] = 0x1c, ['D'] = 0x1d, ['E'] = 0x1e, ['F'] = 0x1f,
};
// clang-format on

bool text_get_hex64(const char *in, uint64_t *v)
{
	uint64_t value = 0;
	uint8_t all = HEX_DIGIT;

	for (unsigned i = 0; i < 16; i++) {
		uint8_t digit = hex_digits[(uint8_t)in[i]];
		all &= digit;
		value = value << 4 | (digit & 15);
	}
	if (!(all & HEX_DIGIT))
		return false;
	*v = value;
	return true;
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

// ASCII only: SIP tokens know no other letters (RFC 3261 25.1).
static uint8_t letter_lower(char c)
{
	uint8_t byte = (uint8_t)c;

	return (uint8_t)(byte - 'A') < 26 ? byte | 0x20 : byte;
}

bool text_equal_nocase(const char *a, uint32_t a_len, const char *b, uint32_t b_len)
{
	if (a_len != b_len)
		return false;
	for (uint32_t i = 0; i < a_len; i++) {
		if (letter_lower(a[i]) != letter_lower(b[i]))
			return false;
	}
	return true;
}
