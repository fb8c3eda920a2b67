// SPDX-License-Identifier: BSD-3-Clause
// Nonces without memory: made, aged, forged.
#include <criterion/criterion.h>
#include <string.h>

#include "registrar/nonce.h"

#define SECOND 1000000000ull

static const uint64_t key[2] = { 1, 2 }, other_key[2] = { 1, 3 };

Test(nonce, fresh_for_its_life_then_stale)
{
	char nonce[NONCE_LEN];
	const struct slice s = { nonce, NONCE_LEN };

	nonce_write(key, 100 * SECOND, nonce);
	cr_assert_eq(nonce_check(key, s, 30 * SECOND, 100 * SECOND, NULL), NONCE_FRESH);
	cr_assert_eq(nonce_check(key, s, 30 * SECOND, 130 * SECOND, NULL), NONCE_FRESH);
	cr_assert_eq(nonce_check(key, s, 30 * SECOND, 130 * SECOND + 1, NULL), NONCE_STALE);
	cr_assert_eq(nonce_check(other_key, s, 30 * SECOND, 100 * SECOND, NULL), NONCE_FOREIGN);
}

Test(nonce, every_changed_character_is_noticed)
{
	char nonce[NONCE_LEN], changed[NONCE_LEN];

	nonce_write(key, 100 * SECOND, nonce);
	for (unsigned i = 0; i < NONCE_LEN; i++) {
		memcpy(changed, nonce, NONCE_LEN);
		changed[i] = changed[i] == '0' ? '1' : '0';
		cr_assert_eq(nonce_check(key, (struct slice){ changed, NONCE_LEN }, SECOND,
					 100 * SECOND, NULL),
			     NONCE_FOREIGN);
		changed[i] = 'x';
		cr_assert_eq(nonce_check(key, (struct slice){ changed, NONCE_LEN }, SECOND,
					 100 * SECOND, NULL),
			     NONCE_FOREIGN);
	}
	cr_assert_eq(nonce_check(key, (struct slice){ nonce, NONCE_LEN - 1 }, SECOND, 100 * SECOND,
				 NULL),
		     NONCE_FOREIGN);
	cr_assert_eq(nonce_check(key, (struct slice){ nonce, 0 }, SECOND, 100 * SECOND, NULL),
		     NONCE_FOREIGN);
}
