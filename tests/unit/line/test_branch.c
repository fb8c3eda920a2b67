// SPDX-License-Identifier: BSD-3-Clause
// Branches: what was written is read, and nothing else is.
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/rng.h"
#include "guard.h"
#include "line/branch.h"

static const uint64_t key[2] = { 0x0123456789abcdef, 0xfedcba9876543210 };
static const struct branch example = {
	.line = 0xcdef12, .generation = 0xab, .kind = KIND_PROBE, .server = 1, .number = 0x0c0ffee
};

static void whole(const struct branch *branch, char out[BRANCH_LEN])
{
	char text[BRANCH_TEXT_ROOM];

	branch_write(key, branch, text);
	memcpy(out, BRANCH_COOKIE, BRANCH_COOKIE_LEN);
	memcpy(out + BRANCH_COOKIE_LEN, text, BRANCH_TEXT_LEN);
}

static bool same(const struct branch *a, const struct branch *b)
{
	return a->line == b->line && a->generation == b->generation && a->kind == b->kind &&
	       a->server == b->server && a->number == b->number;
}

// Other code (traces, captures read by hand) relies on where what stands.
Test(branch, generation_and_line_then_kind_server_number_then_mac)
{
	char text[BRANCH_LEN];

	whole(&example, text);
	// kind 1, server 1: bits 001 1, then 28 bits of number
	cr_assert_eq(memcmp(text, "z9hG4bKabcdef1230c0ffee", 23), 0, "%.35s", text);
	for (unsigned i = 23; i < BRANCH_LEN; i++)
		cr_assert(isxdigit((unsigned char)text[i]) && !isupper((unsigned char)text[i]));
}

Test(branch, every_value_comes_back)
{
	struct rng rng;

	rng_seed(&rng, 1);
	for (unsigned i = 0; i < 100000; i++) {
		struct branch in = {
			.line = rng_below(&rng, BRANCH_LINES),
			.generation = (uint8_t)rng_next(&rng),
			.kind = (uint8_t)rng_below(&rng, 8),
			.server = (uint8_t)rng_below(&rng, 2),
			.number = rng_below(&rng, 1 << 28),
		};
		struct branch out = { 0 };
		char text[BRANCH_LEN];

		whole(&in, text);
		if (!branch_read(key, text, BRANCH_LEN, &out) || !same(&in, &out))
			cr_assert_fail("value %u does not come back from %.35s", i, text);
	}
}

Test(branch, extremes_come_back)
{
	const struct branch ends[] = {
		{ 0 },
		{ BRANCH_LINES - 1, UINT8_MAX, 7, 1, (1u << 28) - 1 },
		{ .line = BRANCH_LINES - 1 },
		{ .generation = UINT8_MAX },
		{ .kind = 7 },
		{ .server = 1 },
		{ .number = (1u << 28) - 1 },
	};

	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct branch out = { 1, 1, 1, 1, 1 };
		char text[BRANCH_LEN];

		whole(&ends[i], text);
		cr_assert(branch_read(key, text, BRANCH_LEN, &out));
		cr_assert(same(&ends[i], &out), "extreme %u", i);
	}
}

Test(branch, case_does_not_matter)
{
	char text[BRANCH_LEN];
	struct branch out;

	whole(&example, text);
	for (unsigned i = 0; i < BRANCH_LEN; i++)
		text[i] = (char)toupper((unsigned char)text[i]);
	cr_assert(branch_read(key, text, BRANCH_LEN, &out));
	cr_assert(same(&example, &out));
	for (unsigned i = 0; i < BRANCH_LEN; i++)
		text[i] = (char)tolower((unsigned char)text[i]);
	cr_assert(branch_read(key, text, BRANCH_LEN, &out));
	cr_assert(same(&example, &out));
}

Test(branch, every_other_character_at_every_place_is_refused)
{
	char text[BRANCH_LEN];

	whole(&example, text);
	for (unsigned at = 0; at < BRANCH_LEN; at++) {
		const char right = text[at];

		for (int c = 0; c < 256; c++) {
			struct branch out;

			if (tolower(c) == tolower((unsigned char)right))
				continue;
			text[at] = (char)c;
			if (branch_read(key, text, BRANCH_LEN, &out))
				cr_assert_fail("character %d at %u is taken", c, at);
		}
		text[at] = right;
	}
}

// A branch of another boot, or of somebody who guesses.
Test(branch, another_key_is_refused)
{
	char text[BRANCH_LEN];
	struct branch out;

	whole(&example, text);
	for (unsigned bit = 0; bit < 128; bit++) {
		uint64_t other[2] = { key[0], key[1] };

		other[bit / 64] ^= 1ull << bit % 64;
		cr_assert_not(branch_read(other, text, BRANCH_LEN, &out), "key bit %u", bit);
	}
}

Test(branch, another_length_is_refused_and_nothing_behind_it_read)
{
	char text[BRANCH_LEN + 5];

	memset(text, '0', sizeof(text));
	whole(&example, text);
	for (uint32_t len = 0; len <= sizeof(text); len++) {
		char *copy = guard_copy(text, len);
		struct branch out;

		cr_assert_eq(branch_read(key, copy, len, &out), len == BRANCH_LEN, "length %u",
			     len);
		guard_free(copy, len);
	}
}

Test(branch, refused_one_leaves_the_result_alone)
{
	char text[BRANCH_LEN];
	struct branch out = example;

	whole(&(struct branch){ .line = 5 }, text);
	text[BRANCH_LEN - 1] ^= 1;
	cr_assert_not(branch_read(key, text, BRANCH_LEN, &out));
	cr_assert(same(&example, &out));
}

Test(branch, several_at_once_are_each_as_one)
{
	struct rng rng;

	rng_seed(&rng, 2);
	for (unsigned round = 0; round < 2000; round++) {
		unsigned n = rng_below(&rng, BRANCHES + 1), wrong = rng_below(&rng, 1 << BRANCHES);
		struct branch_text texts[BRANCHES];
		struct branch in[BRANCHES], out[BRANCHES];

		for (unsigned i = 0; i < n; i++) {
			char text[BRANCH_LEN];

			in[i] = (struct branch){ .line = rng_below(&rng, BRANCH_LINES),
						 .generation = (uint8_t)rng_next(&rng),
						 .number = rng_below(&rng, 1 << 28) };
			whole(&in[i], text);
			if (wrong >> i & 1)
				text[BRANCH_COOKIE_LEN + rng_below(&rng, BRANCH_TEXT_LEN)] ^= 1;
			if (!branch_parse(text, BRANCH_LEN, &texts[i]))
				texts[i] = (struct branch_text){ 0, 0 };
			wrong &= ~(branch_read(key, text, BRANCH_LEN, &out[i]) ? 1u << i : 0);
		}
		uint32_t ours = branches_verify(key, texts, n, out);
		cr_assert_eq(ours, ~wrong & ((1u << n) - 1), "%u: %x, wrong %x", n, ours, wrong);
		for (unsigned i = 0; i < n; i++)
			cr_assert(wrong >> i & 1 || same(&in[i], &out[i]));
	}
}
