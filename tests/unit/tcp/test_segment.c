// SPDX-License-Identifier: BSD-3-Clause
// Headers and options: what was written is read, and nothing is read beyond the end.
#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "guard.h"
#include "net/tcp/segment.h"

Test(segment, what_was_written_is_read)
{
	const struct tcp_segment cases[] = {
		{ .seq = 1,
		  .flags = TCP_SYN,
		  .window = 32768,
		  .mss = 1460,
		  .has_stamps = true,
		  .stamp = 7 },
		{ .seq = UINT32_MAX, .ack = 0x80000000, .flags = TCP_ACK | TCP_PSH, .window = 1 },
		{ .flags = TCP_RST },
		{ .seq = 5,
		  .ack = 6,
		  .flags = TCP_FIN | TCP_ACK,
		  .has_stamps = true,
		  .stamp = 8,
		  .echo = 9 },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
		const struct tcp_segment *s = &cases[k];
		uint16_t header = tcp_segment_header(s);
		uint8_t *bytes = guard_alloc(header + 5u);
		struct tcp_segment out;

		tcp_segment_write(s, bytes);
		memcpy(bytes + header, "bytes", 5);
		cr_assert(tcp_segment_read(bytes, header + 5, &out), "%u", k);
		cr_expect(out.seq == s->seq && out.ack == s->ack && out.flags == s->flags &&
				  out.window == s->window && out.mss == s->mss,
			  "%u", k);
		cr_expect(out.has_stamps == s->has_stamps && out.stamp == s->stamp &&
				  out.echo == s->echo,
			  "%u", k);
		cr_expect_eq(out.len, 5);
		cr_expect_arr_eq(out.data, "bytes", 5);
	}
}

// The bytes that Linux 6.1 sends to open a connection: window scale and SACK are stepped over.
Test(segment, options_that_are_not_known_are_stepped_over)
{
	static const uint8_t syn[] = {
		0x9c, 0x40, 0x13, 0xc4, 0x12, 0x34, 0x56, 0x78, 0,    0,    0, 0, 0xa0, 0x02,
		0xfa, 0xf0, 0,    0,    0,    0,    2,    4,    0x05, 0xb4, 4, 2, 8,    10,
		0xde, 0xad, 0xbe, 0xef, 0,    0,    0,    0,    1,    3,    3, 7,
	};
	uint8_t *bytes = guard_alloc(sizeof(syn));
	struct tcp_segment out;

	memcpy(bytes, syn, sizeof(syn));
	cr_assert(tcp_segment_read(bytes, sizeof(syn), &out));
	cr_expect_eq(out.mss, 1460);
	cr_expect(out.has_stamps);
	cr_expect_eq(out.stamp, 0xdeadbeef);
	cr_expect_eq(out.flags, TCP_SYN);
	cr_expect_eq(out.len, 0);
}

static bool reads(const uint8_t *options, uint8_t n, uint8_t offset)
{
	uint8_t *bytes = guard_alloc(20u + n);
	struct tcp_segment out;

	memset(bytes, 0, 20);
	bytes[12] = (uint8_t)(offset << 4);
	memcpy(bytes + 20, options, n);
	return tcp_segment_read(bytes, (uint16_t)(20 + n), &out);
}

Test(segment, lengths_that_do_not_fit_are_refused)
{
	cr_expect(reads((const uint8_t[]){ 0, 0, 0, 0 }, 4, 6));
	cr_expect(reads((const uint8_t[]){ 0, 9, 9, 9 }, 4, 6),
		  "what is behind the end is not read");
	cr_expect_not(reads((const uint8_t[]){ 0, 0, 0, 0 }, 4, 7),
		      "a header longer than the segment");
	cr_expect_not(reads((const uint8_t[]){ 0, 0, 0, 0 }, 4, 4),
		      "a header shorter than its fields");
	cr_expect_not(reads((const uint8_t[]){ 9, 0, 0, 0 }, 4, 6), "an option of length 0");
	cr_expect_not(reads((const uint8_t[]){ 9, 1, 0, 0 }, 4, 6), "an option of length 1");
	cr_expect_not(reads((const uint8_t[]){ 9, 5, 0, 0 }, 4, 6), "an option beyond the header");
	cr_expect_not(reads((const uint8_t[]){ 1, 1, 1, 9 }, 4, 6), "an option without a length");
	cr_expect_not(reads((const uint8_t[]){ 2, 3, 0, 0 }, 4, 6), "a short MSS");
	cr_expect_not(reads((const uint8_t[]){ 8, 4, 0, 0 }, 4, 6), "short timestamps");
	for (uint16_t len = 0; len < 20; len++)
		cr_expect_not(tcp_segment_read(guard_alloc(len), len, &(struct tcp_segment){ 0 }));
}

Test(segment, no_byte_beyond_the_end_is_read_whatever_came)
{
	struct rng rng;

	rng_seed(&rng, 9);
	for (unsigned n = 0; n < 20000; n++) {
		uint16_t len = (uint16_t)rng_below(&rng, 80);
		uint8_t *bytes = guard_alloc(len);
		struct tcp_segment out;

		for (uint16_t k = 0; k < len; k++)
			bytes[k] = (uint8_t)(rng_below(&rng, 3) ? rng_below(&rng, 12)
								: rng_next(&rng));
		if (len > 12)
			bytes[12] = (uint8_t)(5 + rng_below(&rng, 11)) << 4;
		if (tcp_segment_read(bytes, len, &out)) {
			cr_assert_geq(out.data, bytes + 20);
			cr_assert_eq(out.data + out.len, bytes + len);
		}
	}
}
