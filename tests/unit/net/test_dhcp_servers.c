// SPDX-License-Identifier: BSD-3-Clause
// The value of DHCP option 120 in both encodings, and every way in which it can be wrong.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <errno.h>

#include "base/rng.h"
#include "captured_dhcp.h"
#include "guard.h"

static int read_option(const char *value, uint32_t len, struct hl_dhcp_servers *out)
{
	uint8_t *copy = guard_copy(value, len);
	int rc = dhcp_read_sip_servers(copy, len, out);

	guard_free(copy, len);
	return rc;
}
#define READ_OPTION(text, out) read_option(text, sizeof(text) - 1, out)

Test(dhcp_option_120, addresses_that_are_malformed_are_refused)
{
	struct hl_dhcp_servers got = { .n = 77 };

	for (uint32_t len = 0; len < 40; len++) {
		char value[40];
		memset(value, 10, sizeof(value));
		value[0] = 1;
		struct hl_dhcp_servers out = { 0 };
		bool fine = len >= 5 && len % 4 == 1;
		cr_assert(eq(int, read_option(value, len, &out), fine ? 0 : -EBADMSG), "%u", len);
		if (fine)
			cr_assert(eq(int, out.n, len / 4 < 8 ? len / 4 : 8));
	}
	cr_assert(eq(int, READ_OPTION("\x01\0\0\0\0", &got), -EBADMSG), "0.0.0.0");
	cr_assert(eq(int, READ_OPTION("\x01\x7f\0\0\x01", &got), -EBADMSG), "loopback");
	cr_assert(eq(int, READ_OPTION("\x01\xe0\0\x01\x4b", &got), -EBADMSG), "multicast");
	cr_assert(eq(int, READ_OPTION("\x01\xff\xff\xff\xff", &got), -EBADMSG), "broadcast");
	cr_assert(eq(int, READ_OPTION("\x01\x0a\0\0\x01\xff\xff\xff\xff", &got), -EBADMSG));
	cr_assert(eq(int, got.n, 77), "nothing is written");
}

Test(dhcp_option_120, encodings_but_0_and_1_are_refused)
{
	for (int enc = 2; enc < 256; enc++) {
		struct hl_dhcp_servers got = { 0 };
		char value[5] = { (char)enc, 10, 0, 0, 1 };
		cr_assert(eq(int, read_option(value, 5, &got), -EBADMSG), "encoding %d", enc);
	}
}

Test(dhcp_option_120, an_address_written_as_a_name_is_an_address)
{
	struct hl_dhcp_servers got = { 0 };

	cr_assert(eq(int, READ_OPTION("\0\x02\x31\x30\x02\x39\x39\x01\x30\x01\x37\0\x01s\0", &got),
		     0));
	cr_assert(eq(int, got.n, 2));
	cr_assert(is_address(&got.list[0], 0, 7));
	cr_assert(is_name(&got.list[1], "s"));
	cr_assert(eq(int, READ_OPTION("\0\x03\x31\x32\x37\x01\x30\x01\x30\x01\x31\0", &got),
		     -EBADMSG),
		  "127.0.0.1");
}

#define SIXTY_FOUR "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

Test(dhcp_option_120, names_that_are_malformed_are_refused)
{
	static const struct {
		const char *value;
		uint32_t len;
		const char *what;
	} bad[] = {
		{ "\0", 1, "no name" },
		{ "\0\0", 2, "the root" },
		{ "\0\x03sip", 5, "no end" },
		{ "\0\x04sip", 5, "label too long for the option" },
		{ "\0\x40" SIXTY_FOUR "\0", 67, "reserved kind of label" },
		{ "\0\x80sip\0", 6, "reserved kind of label" },
		{ "\0\x03s p\0", 6, "a space" },
		{ "\0\x03s.p\0", 6, "a dot in a label" },
		{ "\0\x03s\np\0", 6, "a line break" },
		{ "\0\x03s\0p\0", 6, "a NUL" },
		{ "\0\x03s\xc3\xa4\0", 6, "not ASCII" },
		{ "\0\x01s\0\xc0", 5, "half a pointer" },
		{ "\0\xc0\0", 3, "a pointer to itself" },
		{ "\0\x01s\xc0\0", 5, "a pointer to its own name" },
		{ "\0\x01s\0\x01t\xc0\x03", 8, "a pointer to its own name" },
		{ "\0\x01s\0\xc0\x05\x01t\0", 9, "a pointer ahead" },
		{ "\0\x01s\0\x01t\xff\xff", 8, "a pointer to nowhere" },
	};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct hl_dhcp_servers got = { 0 };
		cr_assert(eq(int, read_option(bad[i].value, bad[i].len, &got), -EBADMSG), "%s",
			  bad[i].what);
	}
}

Test(dhcp_option_120, a_pointer_to_an_end_ends_the_name)
{
	struct hl_dhcp_servers got = { 0 };

	cr_assert(eq(int, READ_OPTION("\0\x01s\0\x01t\xc0\x02", &got), 0));
	cr_assert(eq(int, got.n, 2));
	cr_assert(is_name(&got.list[1], "t"));
}

Test(dhcp_option_120, a_name_alone_may_be_a_pointer)
{
	struct hl_dhcp_servers got = { 0 };

	// "a.b", then "b" by a pointer into it, then "c.b" by a pointer to that pointer
	cr_assert(eq(int, READ_OPTION("\0\x01\x61\x01\x62\0\xc0\x02\x01\x63\xc0\x05", &got), 0));
	cr_assert(eq(int, got.n, 3));
	cr_assert(is_name(&got.list[0], "a.b"));
	cr_assert(is_name(&got.list[1], "b"));
	cr_assert(is_name(&got.list[2], "c.b"));
}

// RFC 1035 2.3.4: 255 octets with lengths and root, which are 253 characters.
Test(dhcp_option_120, the_longest_name_fits_and_one_more_does_not)
{
	for (int last = 60; last < 64; last++) {
		struct hl_dhcp_servers got = { 0 };
		char value[1 + 4 * 64 + 1];
		uint32_t len = 1;

		value[0] = 0;
		for (int label = 0; label < 4; label++) {
			int n = label < 3 ? 63 : last;
			value[len++] = (char)n;
			memset(value + len, 'x', (size_t)n);
			len += (uint32_t)n;
		}
		value[len++] = 0;
		cr_assert(eq(int, read_option(value, len, &got), last <= 61 ? 0 : -EBADMSG));
		if (last <= 61)
			cr_assert(eq(sz, strlen(got.list[0].name), 192u + (size_t)last));
	}
}

// Whatever it holds: no read past the end, no endless loop.
Test(dhcp_option_120, any_bytes_are_read_or_refused)
{
	unsigned read = 0, refused = 0;
	struct rng rng;

	rng_seed(&rng, 3361);
	for (uint32_t len = 0; len < 64; len++) {
		uint8_t *value = guard_alloc(len);

		for (int round = 0; round < 3000; round++) {
			struct hl_dhcp_servers got = { 0 };

			// Mostly short labels, ends, pointers, and characters of names.
			for (uint32_t i = 0; i < len; i++) {
				static const uint8_t likely[] = { 0, 0,    1,   1,   2,
								  3, 0xc0, 'a', 'b', 'c' };
				value[i] = likely[rng_below(&rng, sizeof(likely))];
			}
			if (dhcp_read_sip_servers(value, len, &got) == 0) {
				read++;
				cr_assert(ge(int, got.n, 1));
			} else {
				refused++;
				cr_assert(eq(int, got.n, 0));
			}
		}
		guard_free(value, len);
	}
	cr_assert(gt(int, read, 100), "%u", read);
	cr_assert(gt(int, refused, 100), "%u", refused);
}
