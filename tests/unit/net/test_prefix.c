// SPDX-License-Identifier: BSD-3-Clause
// Prefixes of both families, at all their ends, and the text of IPv6 addresses.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <heartline/prefix.h>
#include <string.h>

#include "guard.h"

static struct hl_addr addr_of(const char *text)
{
	struct hl_addr addr;

	cr_assert(eq(int, hl_addr_parse(text, strlen(text), &addr), 0), "%s", text);
	return addr;
}

static int parse(const char *text, struct hl_prefix *prefix)
{
	size_t len = strlen(text);
	char *copy = guard_copy(text, len); // no NUL behind it
	int ret = hl_prefix_parse(copy, len, prefix);

	guard_free(copy, len);
	return ret;
}

static void text_is(const struct hl_addr *addr, const char *text)
{
	char out[HL_ADDR_TEXT];

	cr_assert(eq(sz, hl_addr_format(addr, out), strlen(text)));
	cr_assert_str_eq(out, text);
}

Test(prefix, has_a_first_a_last_and_so_many)
{
	static const struct {
		const char *addr;
		uint8_t len;
		const char *text, *last;
		uint64_t count;
	} cases[] = {
		{ "10.99.1.4", 16, "10.99.0.0/16", "10.99.255.255", 1 << 16 },
		{ "10.99.1.4", 0, "0.0.0.0/0", "255.255.255.255", UINT64_C(1) << 32 },
		{ "255.255.255.255", 1, "128.0.0.0/1", "255.255.255.255", UINT64_C(1) << 31 },
		{ "255.255.255.255", 32, "255.255.255.255/32", "255.255.255.255", 1 },
		{ "10.0.0.3", 31, "10.0.0.2/31", "10.0.0.3", 2 },
		{ "10.0.0.255", 25, "10.0.0.128/25", "10.0.0.255", 128 },
		{ "10.0.0.1", 200, "10.0.0.1/32", "10.0.0.1", 1 },
		{ "2001:db8::1", 32, "2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
		  UINT64_MAX },
		{ "2001:db8::1", 0, "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", UINT64_MAX },
		{ "fe80::1234", 64, "fe80::/64", "fe80::ffff:ffff:ffff:ffff", UINT64_MAX },
		{ "fe80::1234", 65, "fe80::/65", "fe80::7fff:ffff:ffff:ffff", UINT64_C(1) << 63 },
		{ "fe80::1237", 126, "fe80::1234/126", "fe80::1237", 4 },
		{ "::1", 128, "::1/128", "::1", 1 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 128,
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1 },
	};
	char out[HL_PREFIX_TEXT];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct hl_addr addr = addr_of(cases[i].addr);
		struct hl_prefix prefix = hl_prefix_of(&addr, cases[i].len), again;
		const struct hl_addr last = hl_prefix_last(&prefix);

		cr_assert(eq(sz, hl_prefix_format(&prefix, out), strlen(cases[i].text)));
		cr_assert_str_eq(out, cases[i].text);
		cr_assert(eq(int, parse(out, &again), 0), "%s", out);
		cr_assert(eq(int, memcmp(&again, &prefix, sizeof(again)), 0), "%s", out);
		text_is(&last, cases[i].last);
		cr_assert(eq(u64, hl_prefix_count(&prefix), cases[i].count), "%s", out);
		cr_assert(hl_prefix_contains(&prefix, &addr));
		cr_assert(hl_prefix_contains(&prefix, &prefix.addr));
		cr_assert(hl_prefix_contains(&prefix, &last));
	}
}

// One bit at a time: inside as long as no bit of the prefix differs.
Test(prefix, contains_what_has_the_same_bits)
{
	static const char *const addrs[] = { "172.21.198.90", "2001:db8:a5a5::5aa5:c33c" };

	for (int family = 0; family < 2; family++) {
		const struct hl_addr addr = addr_of(addrs[family]);
		const unsigned bits = family ? 128 : 32;

		for (unsigned len = 0; len <= bits; len++) {
			const struct hl_prefix prefix = hl_prefix_of(&addr, (uint8_t)len);

			for (unsigned bit = 0; bit < bits; bit++) {
				struct hl_addr other = addr;

				other.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
				cr_assert(eq(int, hl_prefix_contains(&prefix, &other), bit >= len));
			}
		}
	}
}

Test(prefix, what_is_just_beyond_its_ends_is_outside)
{
	const struct hl_addr in = addr_of("10.99.128.7"), in6 = addr_of("2001:db8:0:8000::");
	const struct hl_prefix four = hl_prefix_of(&in, 17), six = hl_prefix_of(&in6, 49);
	static const char *const outside[] = {
		"10.99.127.255",
		"10.100.0.0",
		"0.0.0.0",
		"255.255.255.255",
		"2001:db8:0:7fff:ffff:ffff:ffff:ffff",
		"2001:db8:1::",
		"::",
	};

	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		const struct hl_addr addr = addr_of(outside[i]);

		cr_assert_not(hl_prefix_contains(&four, &addr) || hl_prefix_contains(&six, &addr),
			      "%s", outside[i]);
	}
}

Test(prefix, families_do_not_meet)
{
	const struct hl_addr any4 = addr_of("0.0.0.0"), any6 = addr_of("::");
	const struct hl_prefix four = hl_prefix_of(&any4, 0), six = hl_prefix_of(&any6, 0);

	cr_assert(hl_prefix_contains(&four, &any4) && !hl_prefix_contains(&four, &any6));
	cr_assert(hl_prefix_contains(&six, &any6) && !hl_prefix_contains(&six, &any4));
}

Test(prefix, refuses_what_is_none)
{
	static const char *const bad[] = {
		"",
		"10.0.0.0",
		"/8",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/8 ",
		"10.0.0.0/08",
		"10.0.0.0/-1",
		"10.0.0.0/999",
		"10.0.0.0/0032",
		"10.0.0.1/8",
		"::1/64",
		"::/129",
		"::/",
		"10.0.0.0/8/8",
	};
	struct hl_prefix prefix, before;

	memset(&before, 0x55, sizeof(before));
	prefix = before;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert(eq(int, parse(bad[i], &prefix), -EINVAL), "'%s'", bad[i]);
	cr_assert(eq(int, memcmp(&prefix, &before, sizeof(prefix)), 0));
}

// RFC 4291 2.2 and RFC 5952: whatever the form, one text comes back.
Test(addr, ipv6_is_read_in_all_its_forms)
{
	static const char *const texts[][2] = {
		{ "::", "::" },
		{ "::1", "::1" },
		{ "1::", "1::" },
		{ "2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a" },
		{ "0:0:0:0:0:0:0:0", "::" },
		{ "2001:0db8::0001", "2001:db8::1" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" }, // not for one group
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },          // the longest run
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },    // the first of two
		{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
		{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
		{ "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8" },
		{ "::ffff:192.0.2.1", "::ffff:c000:201" },
		{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
		{ "1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct hl_addr addr = addr_of(texts[i][0]);

		cr_assert(eq(u8, addr.family, HL_FAMILY_IPV6));
		text_is(&addr, texts[i][1]);
	}
}

Test(addr, ipv6_refuses_what_is_none)
{
	static const char *const bad[] = {
		":",
		":1",
		"1:",
		":::",
		"1::2::3",
		"1:2:3:4",
		"12345::",
		"1:2:3:4:5:6:7",
		"g::",
		"1:2:3:4:5:6:7:8:9",
		"::1%eth0",
		"[::1]",
		"::1 ",
		"1:2:3:4:5:6:7:8::",
		"1:2:3:4::5:6:7:8",
		"::192.0.2.256",
		"::192.0.2.1:1",
		"1:2:3:4:5:6:7:192.0.2.1",
	};
	struct hl_addr addr, before;

	memset(&before, 0x55, sizeof(before));
	addr = before;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t len = strlen(bad[i]);
		char *copy = guard_copy(bad[i], len);

		cr_assert(eq(int, hl_addr_parse(copy, len, &addr), -EINVAL), "'%s'", bad[i]);
		guard_free(copy, len);
	}
	cr_assert(eq(int, memcmp(&addr, &before, sizeof(addr)), 0));
}
