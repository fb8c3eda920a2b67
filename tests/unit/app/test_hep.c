// SPDX-License-Identifier: BSD-3-Clause
// Messages in HEP3, chunk by chunk as the specification has them.

#include <criterion/criterion.h>

#include <string.h>

#include "trace/hep.h"
#include "trace/tap.h"

static const struct glance_datagram datagram = {
	.from = { { HL_FAMILY_IPV4, { 10, 99, 1, 1 } }, 50000 },
	.to = { { HL_FAMILY_IPV4, { 10, 99, 0, 1 } }, 5060 },
	.payload = "OPTIONS sip:a SIP/2.0\r\nCall-ID: x@y\r\n\r\n",
	.len = 40,
};

// The value of a chunk. NULL: there is none.
static const uint8_t *chunk_find(const uint8_t *message, uint32_t bytes, unsigned type,
				 uint32_t *len)
{
	for (uint32_t at = 6; at < bytes;) {
		const uint8_t *c = message + at;
		uint32_t n = (uint32_t)c[4] << 8 | c[5];
		cr_assert(c[0] == 0 && c[1] == 0 && n >= 6 && at + n <= bytes);
		*len = n - 6;
		if (((unsigned)c[2] << 8 | c[3]) == type)
			return c + 6;
		at += n;
	}
	return NULL;
}

static void expect(const uint8_t *message, uint32_t bytes, unsigned type, const char *value,
		   uint32_t value_len)
{
	uint32_t len;
	const uint8_t *got = chunk_find(message, bytes, type, &len);

	cr_assert(got, "chunk %u", type);
	cr_expect(len == value_len && !memcmp(got, value, len), "chunk %u", type);
}

Test(hep, each_chunk_of_the_specification)
{
	uint8_t m[HEP_ROOM];
	uint32_t n = hep_write(m, &datagram, UINT64_C(0x65000000) * 1000000000 + 123456789,
			       0x01020304);

	cr_assert(!memcmp(m, "HEP3", 4));
	cr_expect_eq((uint32_t)m[4] << 8 | m[5], n, "the length of all");
	expect(m, n, 1, "\2", 1);
	expect(m, n, 2, "\21", 1);
	expect(m, n, 3, "\12\143\1\1", 4);
	expect(m, n, 4, "\12\143\0\1", 4);
	expect(m, n, 7, "\303\120", 2);
	expect(m, n, 8, "\23\304", 2);
	expect(m, n, 9, "\145\0\0\0", 4);
	expect(m, n, 10, "\0\1\342\100", 4); // 123456
	expect(m, n, 11, "\1", 1);
	expect(m, n, 12, "\1\2\3\4", 4);
	expect(m, n, 17, "x@y", 3);
	expect(m, n, 15, datagram.payload, datagram.len);
}

Test(hep, the_longest_message_fits_and_no_call_id_is_no_chunk)
{
	static char text[TAP_BYTES_MAX];
	struct glance_datagram long_one = datagram;
	uint8_t m[HEP_ROOM];
	uint32_t len;

	memset(text, 'x', sizeof(text));
	memcpy(text, "SIP/2.0 200 OK\r\nCall-ID: ", 25);
	long_one.payload = text;
	long_one.len = sizeof(text);
	uint32_t n = hep_write(m, &long_one, 0, 0);
	cr_expect_leq(n, HEP_ROOM);
	cr_expect_not_null(chunk_find(m, n, 17, &len));
	cr_expect_eq(len, 256, "cut");
	memcpy(text, "SIP/2.0 200 OK\r\nCall_ID: ", 25);
	n = hep_write(m, &long_one, 0, 0);
	cr_expect_null(chunk_find(m, n, 17, &len));
}
