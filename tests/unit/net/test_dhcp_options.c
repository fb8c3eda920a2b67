// SPDX-License-Identifier: BSD-3-Clause
// DHCP options: any order, overloaded fields, instances put together, lengths that lead outside.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <errno.h>

#include "dhcp_reply.h"

Test(dhcp_options, every_order_of_options)
{
	static const struct {
		const char *bytes;
		uint16_t len;
	} parts[] = {
		{ ack, 3 },
		{ one_address, 7 },
		{ "\x36\x04\x0a\x63\x00\x01", 6 },
		{ "\0\0", 2 },
	};

	for (unsigned order = 0; order < 256; order++) {
		unsigned used = 0;
		struct hl_dhcp_servers got = { 0 };
		struct reply r = reply_begin();

		for (unsigned i = 0; i < 4; i++) {
			unsigned p = order >> (2 * i) & 3;
			used |= 1u << p;
			add(&r, parts[p].bytes, parts[p].len);
		}
		if (used != 15)
			continue; // no permutation
		ADD(&r, "\xff");
		cr_assert(eq(int, read_reply(&r, &got), 0), "order %02x", order);
		cr_assert(eq(int, got.n, 1));
		cr_assert(is_address(&got.list[0], 0, 7));
	}
}

Test(dhcp_options, what_follows_the_end_option_is_not_read)
{
	struct hl_dhcp_servers got = { 0 };
	struct reply r = reply_begin();

	ADD_ACK(&r);
	ADD(&r, "\xff");
	ADD_ADDRESS(&r);
	cr_assert(eq(int, read_reply(&r, &got), -ENOENT));
}

Test(dhcp_options, lengths_that_lead_outside_are_malformed)
{
	for (int len = 0; len < 256; len++) {
		struct hl_dhcp_servers got = { 0 };
		struct reply r = reply_begin();
		char option[2] = { 43, (char)len };

		ADD_ACK(&r);
		ADD_ADDRESS(&r);
		add(&r, option, 2);
		ADD(&r, "\0\0\0\0\0\0\0\0\0\0");
		cr_assert(eq(int, read_reply(&r, &got), len <= 10 ? 0 : -EBADMSG), "length %d",
			  len);
	}
	struct hl_dhcp_servers got = { 0 };
	struct reply r = reply_begin();
	ADD_ACK(&r);
	ADD_ADDRESS(&r);
	ADD(&r, "\x2b");
	cr_assert(eq(int, read_reply(&r, &got), -EBADMSG), "a code without a length");
}

Test(dhcp_options, type_and_overload_of_another_length_or_twice_are_malformed)
{
	static const struct {
		const char *bytes;
		uint16_t len;
	} bad[] = {
		{ "\x35\x00", 2 },
		{ "\x35\x02\x05\x05", 4 },
		{ "\x35\x01\x05\x35\x01\x05", 6 },
		{ "\x35\x01\x05\x34\x00", 5 },
		{ "\x35\x01\x05\x34\x02\x01\x01", 7 },
		{ "\x35\x01\x05\x34\x01\x01\x34\x01\x01", 9 },
		{ "\x35\x01\x05\x34\x01\x04", 6 }, // no such overload
		{ "\x35\x01\x05\x34\x01\xff", 6 },
	};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct hl_dhcp_servers got = { 0 };
		struct reply r = reply_begin();

		add(&r, bad[i].bytes, bad[i].len);
		ADD_ADDRESS(&r);
		cr_assert(eq(int, read_reply(&r, &got), -EBADMSG), "case %u", i);
	}
}

// RFC 2132 9.3: sname and file hold options when option 52 says so, and only then.
Test(dhcp_options, overloaded_fields_are_read_when_option_52_says_so)
{
	for (int overload = 0; overload < 4; overload++)
		for (int in_file = 0; in_file < 2; in_file++) {
			struct hl_dhcp_servers got = { 0 };
			struct reply r = reply_begin();
			char option[3] = { 52, 1, (char)overload };
			bool read = overload & (in_file ? 1 : 2);

			ADD_ACK(&r);
			if (overload)
				add(&r, option, 3);
			ADD(&r, "\xff");
			memcpy(r.bytes + (in_file ? NAME_FILE : SNAME), one_address, 7);
			cr_assert(eq(int, read_reply(&r, &got), read ? 0 : -ENOENT), "%d %d",
				  overload, in_file);
			if (read)
				cr_assert(is_address(&got.list[0], 0, 7));
		}
}

Test(dhcp_options, an_overloaded_field_ends_at_its_own_end)
{
	struct hl_dhcp_servers got = { 0 };
	struct reply r = reply_begin();

	ADD_ACK(&r);
	ADD(&r, "\x34\x01\x02\xff");
	// The last bytes of sname: the option's length leads into file.
	memcpy(r.bytes + SNAME + SNAME_LEN - 3, "\x78\x05\x01", 3);
	memcpy(r.bytes + NAME_FILE, "\x0a\x63\x00\x07", 4);
	cr_assert(eq(int, read_reply(&r, &got), -EBADMSG));
}

Test(dhcp_options, an_overloaded_field_is_read_to_its_last_byte)
{
	for (int in_file = 0; in_file < 2; in_file++) {
		struct hl_dhcp_servers got = { 0 };
		struct reply r = reply_begin();
		uint16_t end = in_file ? COOKIE : NAME_FILE;

		ADD_ACK(&r);
		ADD(&r, "\x34\x01\x03\xff");
		memcpy(r.bytes + end - 7, one_address, 7);
		cr_assert(eq(int, read_reply(&r, &got), 0), "%d", in_file);
		cr_assert(is_address(&got.list[0], 0, 7));
	}
}

// RFC 3396: options field, then file, then sname; an address may be torn apart.
Test(dhcp_options, instances_of_the_option_are_put_together)
{
	struct hl_dhcp_servers got = { 0 };
	struct reply r = reply_begin();

	ADD(&r, "\x78\x03\x01\x0a\x63");
	ADD_ACK(&r);
	ADD(&r, "\x34\x01\x03\x78\x00\x78\x02\x00\x01\xff");
	memcpy(r.bytes + SNAME, "\x78\x02\x00\x03\xff", 5);
	memcpy(r.bytes + NAME_FILE, "\x78\x06\x0a\x63\x00\x02\x0a\x63\xff", 9);
	cr_assert(eq(int, read_reply(&r, &got), 0));
	cr_assert(eq(int, got.n, 3));
	cr_assert(is_address(&got.list[0], 0, 1));
	cr_assert(is_address(&got.list[1], 0, 2));
	cr_assert(is_address(&got.list[2], 0, 3));
}

Test(dhcp_options, a_list_longer_than_one_option_is_put_together)
{
	struct hl_dhcp_servers got = { 0 };
	struct reply r = reply_begin();
	uint8_t list[1 + 4 * 65]; // 261 bytes: an instance holds 255

	list[0] = 0;
	for (int i = 0; i < 65; i++)
		memcpy(list + 1 + 4 * i, "\x02s\x31\x00", 4);
	ADD_ACK(&r);
	ADD(&r, "\x78\xff");
	add(&r, (const char *)list, 255);
	ADD(&r, "\x78\x06");
	add(&r, (const char *)list + 255, 6);
	ADD(&r, "\xff");
	cr_assert(eq(int, read_reply(&r, &got), 0));
	cr_assert(eq(int, got.n, HL_DHCP_SERVERS_MAX), "as many as there is room for");
	for (unsigned i = 0; i < got.n; i++)
		cr_assert(is_name(&got.list[i], "s1"));
}

// No Ethernet frame holds so much; a device that takes larger ones may bring it.
Test(dhcp_options, more_instances_than_a_frame_holds_are_malformed)
{
	static uint8_t payload[FIXED + 3 + 8 * 257];
	struct hl_dhcp_servers got = { 0 };
	uint16_t len = FIXED;

	memcpy(payload, reply_begin().bytes, FIXED);
	memcpy(payload + len, ack, 3);
	len += 3;
	for (int i = 0; i < 8; i++) {
		payload[len] = 120;
		payload[len + 1] = 255;
		memset(payload + len + 2, 1, 255);
		len += 257;
	}
	cr_assert(eq(int, read_payload(payload, len, &got), -EBADMSG));
}
