// SPDX-License-Identifier: BSD-3-Clause
// Nonces: made, aged, forged, counted, forgotten.
#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "registrar/nonce.h"

#define SECOND 1000000000ull
#define MILLISECOND 1000000ull

static const uint64_t key[2] = { 1, 2 }, other_key[2] = { 1, 3 };
static struct nonces nonces;
static struct nonce_slot *slot;

static void setup(void)
{
	cr_assert_eq(nonces_init(&nonces, key, 64), 0);
}

static void teardown(void)
{
	nonces_free(&nonces);
}

TestSuite(nonce, .init = setup, .fini = teardown);

static enum nonce_state check(const char *nonce, uint64_t life_ns, uint64_t now_ns)
{
	return nonce_check(&nonces, (struct slice){ nonce, NONCE_LEN }, life_ns, now_ns, &slot);
}

// From a clock that has just begun to one that has run for centuries.
Test(nonce, fresh_for_its_life_then_stale)
{
	static const uint64_t starts[] = { 0, 100 * SECOND, (1ull << 54) - SECOND, (1ull << 56) - 1,
					   1ull << 62 };

	for (unsigned i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		char nonce[NONCE_LEN];

		nonce_write(&nonces, starts[i], nonce);
		cr_assert_eq(check(nonce, 30 * SECOND, starts[i]), NONCE_FRESH, "start %u", i);
		cr_assert_eq(check(nonce, 30 * SECOND, starts[i] + 30 * SECOND), NONCE_FRESH);
		cr_assert_eq(check(nonce, 30 * SECOND, starts[i] + 30 * SECOND + 3 * MILLISECOND),
			     NONCE_STALE);
		cr_assert_eq(check(nonce, 30 * SECOND, starts[i] + 86400 * SECOND), NONCE_STALE);
	}
}

Test(nonce, one_of_another_key_is_foreign_and_so_are_those_of_before)
{
	struct nonces other;
	char nonce[NONCE_LEN];

	cr_assert_eq(nonces_init(&other, other_key, 64), 0);
	nonce_write(&other, SECOND, nonce);
	nonces_free(&other);
	cr_assert_eq(check(nonce, SECOND, SECOND), NONCE_FOREIGN);
	nonce_write(&nonces, SECOND, nonce);
	nonces_forget(&nonces);
	cr_assert_eq(check(nonce, SECOND, SECOND), NONCE_FOREIGN);
}

Test(nonce, every_changed_character_is_noticed)
{
	char nonce[NONCE_LEN], changed[NONCE_LEN];

	nonce_write(&nonces, 100 * SECOND, nonce);
	for (unsigned i = 0; i < NONCE_LEN; i++) {
		memcpy(changed, nonce, NONCE_LEN);
		changed[i] = changed[i] == '0' ? '1' : '0';
		cr_assert_eq(check(changed, SECOND, 100 * SECOND), NONCE_FOREIGN);
		changed[i] = 'x';
		cr_assert_eq(check(changed, SECOND, 100 * SECOND), NONCE_FOREIGN);
	}
	for (uint32_t len = 0; len < NONCE_LEN; len++)
		cr_assert_eq(nonce_check(&nonces, (struct slice){ nonce, len }, SECOND,
					 100 * SECOND, &slot),
			     NONCE_FOREIGN);
}

Test(nonce, as_many_as_there_is_room_for_are_remembered_the_latest_ones)
{
	char made[65][NONCE_LEN];

	for (unsigned i = 0; i < 65; i++)
		nonce_write(&nonces, SECOND, made[i]);
	for (unsigned i = 0; i < 65; i++) {
		cr_assert_eq(check(made[i], SECOND, SECOND), i == 0 ? NONCE_STALE : NONCE_FRESH);
		for (unsigned k = 0; k < i; k++)
			cr_assert_neq(memcmp(made[i], made[k], NONCE_LEN), 0);
	}
}

// Against a list of all that were used.
Test(nonce, a_count_is_good_once_within_the_window_and_never_below)
{
	enum { COUNTS = 4000 };
	static bool used[COUNTS];
	uint32_t highest = 0;
	char nonce[NONCE_LEN];
	struct rng rng;

	rng_seed(&rng, 1);
	nonce_write(&nonces, SECOND, nonce);
	cr_assert_eq(check(nonce, SECOND, SECOND), NONCE_FRESH);
	for (unsigned i = 0; i < 20000 && highest < COUNTS - 200; i++) {
		uint32_t nc = 1 + highest + rng_below(&rng, 6);

		if (rng_below(&rng, 4) > 0)
			nc -= rng_below(&rng, nc > 90 ? 90 : nc);
		if (rng_below(&rng, 200) == 0)
			nc = highest + 60 + rng_below(&rng, 10);
		bool good = nc > highest || (highest - nc < 64 && !used[nc]);

		cr_assert_eq(nonce_use(slot, &(struct nonce_use){ .nc = nc, .request = i + 1 }),
			     good, "nc %u of %u", nc, highest);
		used[nc] |= good;
		highest = nc > highest ? nc : highest;
	}
	cr_assert_gt(highest, 1000);
}

Test(nonce, one_for_one_request_is_used_up_with_or_without_a_count)
{
	for (uint32_t nc = 0; nc < 3; nc++) {
		char nonce[NONCE_LEN];
		struct nonce_use use = { .nc = nc, .request = 1, .one_time = true };

		nonce_write(&nonces, SECOND, nonce);
		cr_assert_eq(check(nonce, SECOND, SECOND), NONCE_FRESH);
		cr_assert(nonce_use(slot, &use));
		cr_assert(nonce_use(slot, &use), "the same request again");
		use.request = 2;
		cr_assert_not(nonce_use(slot, &use));
		use.nc += 5;
		cr_assert_not(nonce_use(slot, &use));
	}
}

Test(nonce, without_a_count_it_is_good_for_its_life)
{
	char nonce[NONCE_LEN];

	nonce_write(&nonces, SECOND, nonce);
	cr_assert_eq(check(nonce, SECOND, SECOND), NONCE_FRESH);
	for (uint32_t i = 1; i < 10; i++)
		cr_assert(nonce_use(slot, &(struct nonce_use){ .request = i }));
}
