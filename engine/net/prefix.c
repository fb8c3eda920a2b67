// SPDX-License-Identifier: BSD-3-Clause
// Prefixes, over the bytes of an address: the same for both families.
#include <heartline/prefix.h>

#include <errno.h>
#include <string.h>

#include "base/text.h"

// Bits of the kth byte that are beyond the prefix.
static uint8_t host_bits(uint8_t len, unsigned k)
{
	if (len >= 8 * k + 8)
		return 0;
	return len > 8 * k ? (uint8_t)(0xff >> (len - 8 * k)) : 0xff;
}

struct hl_prefix hl_prefix_of(const struct hl_addr *addr, uint8_t len)
{
	struct hl_prefix prefix = { .addr = { .family = addr->family } };
	unsigned bits = (unsigned)hl_addr_bits(addr);

	prefix.len = len < bits ? len : (uint8_t)bits;
	for (unsigned k = 0; k < bits / 8; k++)
		prefix.addr.bytes[k] = addr->bytes[k] & (uint8_t)~host_bits(prefix.len, k);
	return prefix;
}

int hl_prefix_parse(const char *text, size_t len, struct hl_prefix *prefix)
{
	const char *slash = len > 0 ? memchr(text, '/', len) : NULL;
	struct hl_addr addr;
	uint32_t bits;

	if (slash == NULL || hl_addr_parse(text, (size_t)(slash - text), &addr) != 0)
		return -EINVAL;
	const char *digits = slash + 1;
	size_t n = len - (size_t)(digits - text);
	if (n > 3 || (n > 1 && digits[0] == '0') || !text_get_number(digits, (uint32_t)n, &bits) ||
	    bits > (uint32_t)hl_addr_bits(&addr))
		return -EINVAL;
	struct hl_prefix read = hl_prefix_of(&addr, (uint8_t)bits);
	if (!hl_addr_equal(&read.addr, &addr))
		return -EINVAL;
	*prefix = read;
	return 0;
}

size_t hl_prefix_format(const struct hl_prefix *prefix, char out[HL_PREFIX_TEXT])
{
	size_t len = hl_addr_format(&prefix->addr, out);

	out[len++] = '/';
	len += text_put_number(out + len, prefix->len);
	out[len] = '\0';
	return len;
}

bool hl_prefix_contains(const struct hl_prefix *prefix, const struct hl_addr *addr)
{
	struct hl_prefix of = hl_prefix_of(addr, prefix->len);

	return hl_addr_equal(&of.addr, &prefix->addr);
}

struct hl_addr hl_prefix_last(const struct hl_prefix *prefix)
{
	struct hl_addr last = prefix->addr;

	for (unsigned k = 0; k < (unsigned)hl_addr_bits(&last) / 8; k++)
		last.bytes[k] |= host_bits(prefix->len, k);
	return last;
}

uint64_t hl_prefix_count(const struct hl_prefix *prefix)
{
	unsigned free_bits = (unsigned)hl_addr_bits(&prefix->addr) - prefix->len;

	return free_bits < 64 ? UINT64_C(1) << free_bits : UINT64_MAX;
}
