// SPDX-License-Identifier: BSD-3-Clause
// The Internet checksum: RFC 1071's example, and a sum of 16-bit words written as the RFC says it.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/checksum.h"
#include "base/rng.h"
#include "guard.h"

// RFC 1071 4.1, word by word, an odd byte padded with zero.
static uint16_t checksum_naive(const uint8_t *bytes, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2) {
		sum += (uint32_t)bytes[i] << 8 | (i + 1 < len ? bytes[i + 1] : 0);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)~sum;
}

Test(checksum, example_of_rfc_1071)
{
	// section 3: the sum is ddf2 after folding 2ddf0
	static const uint8_t bytes[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	cr_assert(eq(u16, checksum_finish(checksum_add(0, bytes, 8)), (uint16_t)~0xddf2));
}

Test(checksum, of_nothing_and_of_zeros_is_all_ones)
{
	static const uint8_t zeros[64];

	cr_assert(eq(u16, checksum_finish(0), 0xffff));
	for (uint32_t len = 0; len <= 64; len++)
		cr_assert(eq(u16, checksum_finish(checksum_add(0, zeros, len)), 0xffff));
}

Test(checksum, all_lengths_end_at_their_last_byte)
{
	struct rng rng;
	uint8_t bytes[1500];

	rng_seed(&rng, 1);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)rng_next(&rng);
	for (uint32_t len = 0; len <= sizeof(bytes); len += len < 200 ? 1 : 37) {
		uint8_t *copy = guard_copy(bytes, len);
		cr_assert(eq(u16, checksum_finish(checksum_add(0, copy, len)),
			     checksum_naive(bytes, len)),
			  "%u bytes", len);
		cr_assert(eq(u16,
			     checksum_finish(__builtin_bswap16(
				     (uint16_t)~checksum_finish(checksum_sum_plain(copy, len)))),
			     checksum_naive(bytes, len)),
			  "%u bytes in plain C", len);
		guard_free(copy, len);
	}
}

Test(checksum, largest_words_carry_all_the_way)
{
	uint8_t bytes[1500];

	memset(bytes, 0xff, sizeof(bytes));
	for (uint32_t len = 0; len <= sizeof(bytes); len++)
		cr_assert(eq(u16, checksum_finish(checksum_add(0, bytes, len)),
			     checksum_naive(bytes, len)));
}

Test(checksum, chains_at_every_even_place)
{
	uint8_t bytes[131];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + 11);
	for (uint32_t cut = 0; cut <= sizeof(bytes); cut += 2) {
		uint64_t sum = checksum_add(0, bytes, cut);
		sum = checksum_add(sum, bytes + cut, sizeof(bytes) - cut);
		cr_assert(eq(u16, checksum_finish(sum), checksum_naive(bytes, sizeof(bytes))));
	}
}

Test(checksum, finish_folds_whatever_comes)
{
	cr_assert(eq(u16, checksum_finish(0xffff), 0));
	cr_assert(eq(u16, checksum_finish(0x10000), (uint16_t)~1));
	cr_assert(eq(u16, checksum_finish(UINT64_MAX), 0));
	cr_assert(eq(u16, checksum_finish(UINT64_MAX - 1), 1));
}

Test(checksum, pseudo_header_is_that_of_rfc_768)
{
	static const uint8_t src[4] = { 192, 0, 2, 1 }, dst[4] = { 203, 0, 113, 255 };
	static const uint8_t header[12] = { 192, 0, 2, 1, 203, 0, 113, 255, 0, 17, 0x12, 0x34 };
	uint64_t sum = checksum_pseudo_ipv4(src, dst, 17, 0x1234);

	cr_assert(eq(u16, checksum_finish(sum), checksum_naive(header, 12)));
}
