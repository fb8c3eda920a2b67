// SPDX-License-Identifier: BSD-3-Clause
// Addresses as text: strict in, canonical out.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <heartline/addr.h>
#include <string.h>

#include "guard.h"

static int parse(const char *text, struct hl_addr *addr)
{
	size_t len = strlen(text);
	char *copy = guard_copy(text, len); // no NUL behind it
	int ret = hl_addr_parse(copy, len, addr);

	guard_free(copy, len);
	return ret;
}

static int parse_endpoint(const char *text, struct hl_endpoint *at)
{
	size_t len = strlen(text);
	char *copy = guard_copy(text, len);
	int ret = hl_endpoint_parse(copy, len, 5060, at);

	guard_free(copy, len);
	return ret;
}

Test(addr, text_comes_back_as_it_was)
{
	static const char *const texts[] = { "0.0.0.0", "10.0.0.1", "192.0.2.254",
					     "255.255.255.255" };
	char out[HL_ADDR_TEXT];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct hl_addr addr;
		memset(&addr, 0xaa, sizeof(addr));
		cr_assert(eq(int, parse(texts[i], &addr), 0), "%s", texts[i]);
		cr_assert(eq(u8, addr.family, HL_FAMILY_IPV4));
		cr_assert(eq(u8, addr.bytes[4], 0), "the unused bytes are zero");
		cr_assert(eq(sz, hl_addr_format(&addr, out), strlen(texts[i])));
		cr_assert_str_eq(out, texts[i]);
	}
}

Test(addr, refuses_what_is_not_four_plain_decimals)
{
	static const char *const bad[] = {
		"",           "1",        "1.2.3",      "1.2.3.",    "1.2.3.4.",
		"1.2.3.4.5",  ".1.2.3.4", "1..2.3",     "1.2.3.256", "1.2.3.999",
		"1.2.3.0004", "01.2.3.4", "1.2.3.04",   " 1.2.3.4",  "1.2.3.4 ",
		"1.2.3.4:5",  "a.b.c.d",  "-1.2.3.4",   "1.2.3.+4",  "0x1.2.3.4",
		"1:2:3:4",    "1,2,3,4",  "1.2.3.4/24", "...",       "16909060",
	};
	struct hl_addr addr, before;

	memset(&before, 0x55, sizeof(before));
	addr = before;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert(eq(int, parse(bad[i], &addr), -EINVAL), "'%s'", bad[i]);
	cr_assert(eq(int, memcmp(&addr, &before, sizeof(addr)), 0),
		  "what is refused leaves no trace");
}

Test(addr, no_address_has_a_text_too)
{
	struct hl_addr none = { 0 };
	char out[HL_ADDR_TEXT];

	cr_assert(eq(sz, hl_addr_format(&none, out), 1));
	cr_assert_str_eq(out, "-");
}

Test(addr, endpoint_has_a_port_or_the_default)
{
	struct hl_endpoint at;

	cr_assert(eq(int, parse_endpoint("10.0.0.1", &at), 0));
	cr_assert(eq(u16, at.port, 5060));
	cr_assert(eq(int, parse_endpoint("10.0.0.1:1", &at), 0));
	cr_assert(eq(u16, at.port, 1));
	cr_assert(eq(int, parse_endpoint("10.0.0.1:65535", &at), 0));
	cr_assert(eq(u16, at.port, 65535));
	cr_assert(eq(u32, hl_addr_ipv4(&at.addr), 0x0a000001));
}

Test(addr, endpoint_refuses_ports_that_are_none)
{
	static const char *const bad[] = {
		"",
		":",
		":5060",
		"10.0.0.1:",
		"10.0.0.1:0",
		"10.0.0.1:",
		"10.0.0.1:65536",
		"10.0.0.1:99999",
		"10.0.0.1:100000",
		"10.0.0.1:05060",
		"10.0.0:1",
		"10.0.0.1:5060:",
		"10.0.0.1: 5060",
		"10.0.0.1:+1",
		"10.0.0.1:sip",
	};
	struct hl_endpoint at = { .port = 42 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert(eq(int, parse_endpoint(bad[i], &at), -EINVAL), "'%s'", bad[i]);
	cr_assert(eq(u16, at.port, 42));
}

Test(addr, equal_looks_at_what_the_family_uses)
{
	struct hl_addr a = hl_addr_from_ipv4(0xc0000201), b = a;

	cr_assert(hl_addr_equal(&a, &b));
	b.bytes[15] = 1;
	cr_assert(hl_addr_equal(&a, &b), "IPv4 has four bytes");
	a.family = b.family = HL_FAMILY_IPV6;
	cr_assert(not(hl_addr_equal(&a, &b)));
	b.bytes[15] = 0;
	cr_assert(hl_addr_equal(&a, &b));
	b.family = HL_FAMILY_IPV4;
	cr_assert(not(hl_addr_equal(&a, &b)));
	for (int i = 0; i < 4; i++) {
		a = b = hl_addr_from_ipv4(0xc0000201);
		b.bytes[i] ^= 1;
		cr_assert(not(hl_addr_equal(&a, &b)));
	}
}

Test(addr, number_is_in_host_order)
{
	struct hl_addr addr;

	cr_assert(eq(int, parse("1.2.3.4", &addr), 0));
	cr_assert(eq(u32, hl_addr_ipv4(&addr), 0x01020304));
	struct hl_addr back = hl_addr_from_ipv4(0x01020304);
	cr_assert(hl_addr_equal(&addr, &back));
}
