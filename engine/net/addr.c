// SPDX-License-Identifier: BSD-3-Clause
// Addresses as text and numbers. Written by hand: no stdio here, and no resolver.
#include <heartline/addr.h>

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "net/addr_ipv6.h"

// 1..max_digits decimal digits, at most `max`, no leading zeros (some take those for octal).
static bool number_parse(const char *text, size_t len, unsigned max_digits, uint32_t max,
			 uint32_t *value)
{
	if (len > max_digits || (len > 1 && text[0] == '0'))
		return false;
	return text_get_number(text, (uint32_t)len, value) && *value <= max;
}

static int ipv6_parse(const char *text, size_t len, struct hl_addr *addr)
{
	if (!ipv6_read(text, len, addr->bytes))
		return -EINVAL;
	addr->family = HL_FAMILY_IPV6;
	return 0;
}

int hl_addr_parse(const char *text, size_t len, struct hl_addr *addr)
{
	struct hl_addr read = { .family = HL_FAMILY_IPV4 };
	size_t at = 0;

	if (len > 0 && memchr(text, ':', len) != NULL)
		return ipv6_parse(text, len, addr);
	for (unsigned i = 0; i < 4; i++) {
		size_t end = at;
		uint32_t byte;
		while (end < len && text[end] != '.')
			end++;
		if (!number_parse(text + at, end - at, 3, 255, &byte))
			return -EINVAL;
		if (i < 3 ? end == len : end != len)
			return -EINVAL; // less or more than four
		read.bytes[i] = (uint8_t)byte;
		at = end + 1;
	}
	*addr = read;
	return 0;
}

// 0..255, shortest; no division by a variable, no loop: every answer tells an address
static unsigned octet_put(char *out, uint8_t v)
{
	unsigned n = 0;

	if (v >= 100)
		out[n++] = (char)('0' + v / 100);
	if (v >= 10)
		out[n++] = (char)('0' + v / 10 % 10);
	out[n++] = (char)('0' + v % 10);
	return n;
}

size_t hl_addr_format(const struct hl_addr *addr, char out[HL_ADDR_TEXT])
{
	size_t len = 0;

	if (addr->family == HL_FAMILY_IPV4) {
		for (unsigned i = 0; i < 4; i++) {
			if (i > 0)
				out[len++] = '.';
			len += octet_put(out + len, addr->bytes[i]);
		}
	} else if (addr->family == HL_FAMILY_IPV6) {
		len = ipv6_write(addr->bytes, out);
	} else {
		out[len++] = '-'; // no address
	}
	out[len] = '\0';
	return len;
}

size_t hl_addr_format_host(const struct hl_addr *addr, char out[HL_HOST_TEXT])
{
	const size_t brackets = addr->family == HL_FAMILY_IPV6;
	size_t len = brackets + hl_addr_format(addr, out + brackets);

	if (brackets) {
		out[0] = '[';
		out[len++] = ']';
	}
	out[len] = '\0';
	return len;
}

size_t hl_endpoint_format(const struct hl_endpoint *at, char out[HL_ENDPOINT_TEXT])
{
	size_t len = hl_addr_format_host(&at->addr, out);

	out[len++] = ':';
	len += text_put_number(out + len, at->port);
	out[len] = '\0';
	return len;
}

// How much of a text is the host; the rest is empty, or a colon and a port.
static size_t host_length(const char *text, size_t len)
{
	const char *end;

	if (len == 0)
		return 0;
	if (text[0] == '[') {
		end = memchr(text, ']', len);
		return end != NULL ? (size_t)(end - text) + 1 : len;
	}
	end = memchr(text, ':', len);
	if (end == NULL || memchr(end + 1, ':', len - (size_t)(end - text) - 1) != NULL)
		return len; // two colons: an IPv6 address without a port
	return (size_t)(end - text);
}

int hl_endpoint_parse(const char *text, size_t len, uint16_t default_port, struct hl_endpoint *at)
{
	size_t host = host_length(text, len);
	bool brackets = host >= 2 && text[0] == '[' && text[host - 1] == ']';
	struct hl_endpoint read = { .port = default_port };

	if (hl_addr_parse(text + brackets, host - 2 * brackets, &read.addr) != 0 ||
	    (brackets && read.addr.family != HL_FAMILY_IPV6))
		return -EINVAL;
	if (host < len) {
		uint32_t port;
		if (text[host] != ':' ||
		    !number_parse(text + host + 1, len - host - 1, 5, UINT16_MAX, &port) ||
		    port == 0)
			return -EINVAL;
		read.port = (uint16_t)port;
	}
	*at = read;
	return 0;
}

bool hl_addr_is_host(const struct hl_addr *addr)
{
	if (addr->family == HL_FAMILY_IPV4)
		return addr->bytes[0] != 0 && addr->bytes[0] < 224;
	return ipv6_is_host(addr->bytes);
}

bool hl_addr_equal(const struct hl_addr *a, const struct hl_addr *b)
{
	if (a->family != b->family)
		return false;
	switch (a->family) {
	case HL_FAMILY_IPV4:
		return memcmp(a->bytes, b->bytes, 4) == 0;
	case HL_FAMILY_IPV6:
		return memcmp(a->bytes, b->bytes, 16) == 0;
	default:
		return true; // two of no family
	}
}

static unsigned last_word(const struct hl_addr *addr)
{
	return addr->family == HL_FAMILY_IPV6 ? 12 : 0;
}

uint32_t hl_addr_number(const struct hl_addr *addr)
{
	return load_be32(addr->bytes + last_word(addr));
}

struct hl_addr hl_addr_behind(const struct hl_addr *addr, uint32_t n)
{
	struct hl_addr behind = *addr;

	if (addr->family == HL_FAMILY_IPV6)
		store_be64(behind.bytes + 8, load_be64(behind.bytes + 8) + n);
	else
		store_be32(behind.bytes, load_be32(behind.bytes) + n);
	return behind;
}

int hl_addr_bits(const struct hl_addr *addr)
{
	switch (addr->family) {
	case HL_FAMILY_IPV4:
		return 32;
	case HL_FAMILY_IPV6:
		return 128;
	default:
		return 0;
	}
}

uint32_t hl_addr_ipv4(const struct hl_addr *addr)
{
	return load_be32(addr->bytes);
}

struct hl_addr hl_addr_from_ipv4(uint32_t host_order)
{
	struct hl_addr addr = { .family = HL_FAMILY_IPV4 };

	store_be32(addr.bytes, host_order);
	return addr;
}
