// SPDX-License-Identifier: BSD-3-Clause
// Numbers as text: against stdio, which the engine may not use.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/hex.h"
#include "base/rng.h"
#include "base/text.h"
#include "guard.h"

// Small, large, and every number of digits.
static uint32_t some_number(struct rng *rng)
{
	return (uint32_t)(rng_next(rng) >> (32 + rng_below(rng, 32)));
}

Test(text, decimal_has_the_width_and_leading_zeros)
{
	struct rng rng;
	char want[16];

	rng_seed(&rng, 1);
	for (int i = 0; i < 2000; i++) {
		uint32_t v = some_number(&rng);
		char *hole = guard_alloc(10);
		text_put_decimal(hole, v, 10);
		snprintf(want, sizeof(want), "%010" PRIu32, v);
		cr_assert(eq(int, memcmp(hole, want, 10), 0), "%s", want);
		guard_free(hole, 10);
	}
}

Test(text, decimal_too_wide_keeps_its_last_digits)
{
	char out[4] = "....";

	text_put_decimal(out, 1234567, 3);
	cr_assert(eq(int, memcmp(out, "567.", 4), 0));
	text_put_decimal(out, 5, 0);
	cr_assert(eq(int, memcmp(out, "567.", 4), 0), "a hole of no width stays untouched");
}

Test(text, padded_is_right_justified)
{
	struct rng rng;
	char want[16];

	rng_seed(&rng, 2);
	for (int i = 0; i < 2000; i++) {
		uint32_t v = i == 0 ? 0 : some_number(&rng);
		char *hole = guard_alloc(10);
		text_put_padded(hole, v, 10);
		snprintf(want, sizeof(want), "%10" PRIu32, v);
		cr_assert(eq(int, memcmp(hole, want, 10), 0), "%s", want);
		guard_free(hole, 10);
	}
}

Test(text, number_is_as_short_as_can_be)
{
	static const uint32_t edges[] = { 0,         1,         9,          10,        99,
					  100,       9999999,   10000000,   99999999,  100000000,
					  123456780, 999999999, 1000000000, UINT32_MAX };
	char want[16];

	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		int len = snprintf(want, sizeof(want), "%" PRIu32, edges[i]);
		char *out = guard_alloc((size_t)len);
		cr_assert(eq(uint, text_put_number(out, edges[i]), (unsigned)len));
		cr_assert(eq(int, memcmp(out, want, (size_t)len), 0), "%s", want);
		guard_free(out, (size_t)len);
	}
}

Test(text, hex_of_numbers_and_of_bytes_agree_with_stdio)
{
	struct rng rng;
	char want[32];

	rng_seed(&rng, 3);
	for (int i = 0; i < 2000; i++) {
		uint64_t v = rng_next(&rng);
		char *out = guard_alloc(16);
		snprintf(want, sizeof(want), "%016" PRIx64, v);
		text_put_hex64(out, v);
		cr_assert(eq(int, memcmp(out, want, 16), 0), "%s", want);
		text_put_hex32(out + 8, (uint32_t)(v >> 32));
		cr_assert(eq(int, memcmp(out + 8, want, 8), 0), "%s", want);

		uint8_t bytes[8];
		for (int b = 0; b < 8; b++)
			bytes[b] = (uint8_t)(v >> (56 - 8 * b));
		text_put_hex(out, bytes, 8);
		cr_assert(eq(int, memcmp(out, want, 16), 0), "%s", want);
		guard_free(out, 16);
	}
}

Test(text, hex_is_read_in_either_case)
{
	char *text = guard_copy("0123456789aBcDeF", 16);
	uint64_t v = 0;

	cr_assert(text_get_hex64(text, &v));
	cr_assert(eq(u64, v, 0x0123456789abcdef));
}

Test(text, hex_refuses_every_other_byte_at_every_place)
{
	for (int at = 0; at < 16; at++) {
		for (int byte = 0; byte < 256; byte++) {
			char text[16];
			uint64_t v = 42;
			bool is_hex = byte != 0 && strchr("0123456789abcdefABCDEF", byte) != NULL;
			memset(text, '7', 16);
			text[at] = (char)byte;
			cr_assert(eq(int, text_get_hex64(text, &v), is_hex), "byte %d", byte);
			if (!is_hex)
				cr_assert(eq(u64, v, 42), "what is refused leaves v alone");
		}
	}
}

static bool get(const char *text, uint32_t *v)
{
	uint32_t len = (uint32_t)strlen(text);
	char *copy = guard_copy(text, len);
	bool ok = text_get_number(copy, len, v);

	guard_free(copy, len);
	return ok;
}

Test(text, number_takes_digits_only)
{
	static const char *const bad[] = { "", " 1", "1 ", "+1", "-1", "1a", "a", "/", ":", "1.0" };
	uint32_t v = 42;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert(not(get(bad[i], &v)), "'%s'", bad[i]);
	cr_assert(eq(u32, v, 42));
	cr_assert(get("0", &v));
	cr_assert(eq(u32, v, 0));
	cr_assert(get("00003600", &v));
	cr_assert(eq(u32, v, 3600));
}

Test(text, number_too_large_saturates)
{
	uint32_t v;

	cr_assert(get("4294967295", &v));
	cr_assert(eq(u32, v, UINT32_MAX));
	cr_assert(get("4294967294", &v));
	cr_assert(eq(u32, v, UINT32_MAX - 1));
	cr_assert(get("4294967296", &v));
	cr_assert(eq(u32, v, UINT32_MAX));
	cr_assert(get("99999999999999999999999999999999999999990", &v));
	cr_assert(eq(u32, v, UINT32_MAX));
	cr_assert(not(get("99999999999999999999999999999999999999x", &v)));
}

Test(text, case_is_ignored_for_letters_only)
{
	cr_assert(text_equal_nocase("Call-ID", 7, "cALL-id", 7));
	cr_assert(not(text_equal_nocase("Call-ID", 7, "Call-I", 6)));
	cr_assert(text_equal_nocase(NULL, 0, NULL, 0));
	// neighbours of the letters differ by the same bit, and are not letters
	cr_assert(not(text_equal_nocase("[", 1, "{", 1)));
	cr_assert(not(text_equal_nocase("@", 1, "`", 1)));
	cr_assert(not(text_equal_nocase("\xc0", 1, "\xe0", 1)));
	for (int a = 0; a < 256; a++) {
		for (int b = 0; b < 256; b++) {
			char x = (char)a, y = (char)b;
			bool same = a == b || ((a ^ b) == 32 && (a | 32) >= 'a' && (a | 32) <= 'z');
			cr_assert(eq(int, text_equal_nocase(&x, 1, &y, 1), same), "%d %d", a, b);
		}
	}
}

// What vectors make of hexadecimal text is what the plain forms make of it.
Test(text, hex_by_vectors_and_plain_agree)
{
	struct rng rng;

	rng_seed(&rng, 11);
	for (int i = 0; i < 20000; i++) {
		char one[16], other[16];
		uint64_t v = rng_next(&rng), got = 1, plain = 1;

		hex_put64(one, v);
		hex_put64_plain(other, v);
		cr_assert(eq(int, memcmp(one, other, 16), 0));
		one[rng_below(&rng, 16)] = (char)rng_below(&rng, 256);
		cr_assert(eq(int, hex_get64(one, &got), hex_get64_plain(one, &plain)));
		cr_assert(eq(u64, got, plain));
	}
}
