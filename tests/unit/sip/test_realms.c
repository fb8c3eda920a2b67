// SPDX-License-Identifier: BSD-3-Clause
// The table of realms: one entry a text, freed with its last user, never full for those it is made for.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "sip/realms.h"

static const uint64_t key[2] = { 3, 4 };

static uint32_t take(struct auth_realms *realms, const char *text)
{
	return auth_realm_take(realms, (struct slice){ text, (uint32_t)strlen(text) });
}

Test(realms, a_realm_stands_once_and_is_freed_with_its_last_user)
{
	struct auth_realms realms;

	cr_assert(auth_realms_init(&realms, 2, key));
	uint32_t a = take(&realms, "a"), b = take(&realms, "b");
	cr_assert_eq(take(&realms, "a"), a);
	cr_assert_neq(a, b);
	auth_realm_drop(&realms, a);
	cr_assert_eq(take(&realms, "a"), a, "one user is left");
	auth_realm_drop(&realms, a);
	auth_realm_drop(&realms, a);
	uint32_t c = take(&realms, "c"), d = take(&realms, "d");
	cr_assert_neq(c, AUTH_NO_REALM);
	cr_assert_neq(d, AUTH_NO_REALM, "what was freed is there again");
	cr_assert_eq(take(&realms, "e"), AUTH_NO_REALM, "more users than agreed");
	cr_assert_eq(take(&realms, "b"), b, "what is there can be shared all the same");
	auth_realms_free(&realms);
}

// Users that change their realms for ever, as servers name new ones: there is always room.
Test(realms, of_any_order_of_changes_each_user_has_its_own_text)
{
	enum { USERS = 40, STEPS = 40000 };
	uint32_t held[USERS], number[USERS];
	struct auth_realms realms;
	struct rng rng;

	rng_seed(&rng, 11);
	cr_assert(auth_realms_init(&realms, USERS, key));
	memset(held, 0xff, sizeof(held));
	for (uint32_t step = 0; step < STEPS; step++) {
		uint32_t user = (uint32_t)(rng_next(&rng) % USERS);
		uint32_t few = (uint32_t)(rng_next(&rng) % 30), n = step % 2 ? few : step;
		char text[32];

		snprintf(text, sizeof(text), "realm %u", n);
		uint32_t realm = take(&realms, text);
		cr_assert_neq(realm, AUTH_NO_REALM, "step %u", step);
		auth_realm_drop(&realms, held[user]);
		held[user] = realm;
		number[user] = n;
		for (uint32_t k = 0; k < USERS; k++) {
			if (held[k] == AUTH_NO_REALM)
				continue;
			snprintf(text, sizeof(text), "realm %u", number[k]);
			struct slice kept = auth_realm_text(&realms, held[k]);
			cr_assert(kept.len == strlen(text) && !memcmp(kept.at, text, kept.len),
				  "step %u, user %u", step, k);
		}
	}
	auth_realms_free(&realms);
}
