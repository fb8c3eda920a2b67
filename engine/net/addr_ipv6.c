// SPDX-License-Identifier: BSD-3-Clause
// The text of IPv6 addresses: all forms of RFC 4291 2.2 are read, the one of RFC 5952 4 is written.
#include "net/addr_ipv6.h"

#include <string.h>

#include "base/bytes.h"
#include "base/hex.h"

#define GROUPS 8
#define GROUP_DIGITS 4
#define NO_GAP (GROUPS + 1)

// 1..4 hexadecimal digits; how many characters they take, 0: none, or too many.
static size_t group_read(const char *text, size_t len, uint16_t *value)
{
	size_t n = 0;

	for (*value = 0; n < len; n++) {
		int digit = hex_digit(text[n]);

		if (digit < 0)
			break;
		*value = (uint16_t)(*value << 4 | (unsigned)digit);
	}
	return n <= GROUP_DIGITS ? n : 0;
}

// The last 32 bits may be written as those of IPv4 are.
static bool ipv4_tail_read(const char *text, size_t len, uint8_t out[4])
{
	struct hl_addr addr;

	if (hl_addr_parse(text, len, &addr) != 0 || addr.family != HL_FAMILY_IPV4)
		return false;
	memcpy(out, addr.bytes, 4);
	return true;
}

bool ipv6_read(const char *text, size_t len, uint8_t out[16])
{
	unsigned n = 0, gap = NO_GAP; // groups read; those before "::"
	uint8_t bytes[16] = { 0 };
	size_t at = 0;

	if (len >= 2 && text[0] == ':' && text[1] == ':') {
		gap = 0;
		at = 2;
	}
	while (at < len) {
		uint16_t value;
		size_t digits = group_read(text + at, len - at, &value);

		if (n < GROUPS - 1 && memchr(text + at, ':', len - at) == NULL &&
		    ipv4_tail_read(text + at, len - at, bytes + 2 * n)) {
			n += 2;
			break;
		}
		if (digits == 0 || n == GROUPS)
			return false;
		store_be16(bytes + 2 * n++, value);
		at += digits;
		if (at == len)
			break;
		if (text[at++] != ':' || at == len)
			return false;
		if (text[at] == ':') {
			if (gap != NO_GAP)
				return false;
			gap = n;
			at++;
		}
	}
	if (gap == NO_GAP ? n != GROUPS : n == GROUPS) // a gap stands for one group at least
		return false;
	memset(out, 0, 16);
	if (gap == NO_GAP)
		gap = n;
	memcpy(out, bytes, 2 * gap);
	memcpy(out + 16 - 2 * (n - gap), bytes + 2 * gap, 2 * (n - gap));
	return true;
}

// The first of the longest runs of zeros that are longer than one group. Returns its length.
static unsigned zeros_find(const uint8_t bytes[16], unsigned *first)
{
	unsigned best = 1;

	for (unsigned i = 0, run = 0; i < GROUPS; i++) {
		run = load_be16(bytes + 2 * i) == 0 ? run + 1 : 0;
		if (run > best) {
			best = run;
			*first = i + 1 - run;
		}
	}
	return best > 1 ? best : 0;
}

static size_t group_put(char *out, uint16_t value)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (int shift = 12; shift >= 0; shift -= 4) {
		if (n > 0 || shift == 0 || value >> shift != 0)
			out[n++] = digits[value >> shift & 15];
	}
	return n;
}

size_t ipv6_write(const uint8_t bytes[16], char *out)
{
	unsigned first = GROUPS, zeros = zeros_find(bytes, &first);
	size_t len = 0;

	for (unsigned i = 0; i < GROUPS; i++) {
		if (i == first) {
			out[len++] = ':';
			out[len++] = ':';
			i += zeros - 1;
			continue;
		}
		if (i > 0 && i != first + zeros)
			out[len++] = ':';
		len += group_put(out + len, load_be16(bytes + 2 * i));
	}
	return len;
}

bool ipv6_is_host(const uint8_t bytes[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }, zero[15];

	return bytes[0] != 0xff && memcmp(bytes, mapped, sizeof(mapped)) != 0 &&
	       (memcmp(bytes, zero, sizeof(zero)) != 0 || bytes[15] > 1);
}
