// SPDX-License-Identifier: BSD-3-Clause
// The table of bindings, against a plain list that does the same.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/count.h"
#include "base/rng.h"
#include "registrar/bindings.h"

#define SECOND 1000000000ull

static struct bindings table;
static _Atomic uint64_t counter;

static void start(uint32_t capacity)
{
	cr_assert_eq(bindings_init(&table, capacity, &counter), 0);
}

static void teardown(void)
{
	bindings_free(&table);
}

TestSuite(bindings, .fini = teardown);

static struct slice slice_of(const char *text)
{
	return (struct slice){ text, (uint32_t)strlen(text) };
}

Test(bindings, live_until_they_expire_then_leave_the_count_when_looked_at)
{
	start(10);
	cr_assert_not_null(bindings_put(&table, 1, slice_of("sip:a"), 10 * SECOND, SECOND));
	cr_assert(
		binding_live(bindings_find(&table, 1, slice_of("sip:a"), 9 * SECOND), 9 * SECOND));
	cr_assert_eq(count_read(&counter), 1);
	cr_assert_null(bindings_find(&table, 1, slice_of("sip:b"), 9 * SECOND));
	cr_assert_null(bindings_find(&table, 2, slice_of("sip:a"), 9 * SECOND));
	cr_assert_not(binding_live(bindings_find(&table, 1, slice_of("sip:a"), 10 * SECOND),
				   10 * SECOND));
	cr_assert_eq(count_read(&counter), 0);
}

Test(bindings, one_that_ended_lingers_and_can_live_again)
{
	start(10);
	struct binding *b = bindings_put(&table, 1, slice_of("sip:a"), 100 * SECOND, SECOND);
	b->cseq = 7;
	binding_end(&table, b, 2 * SECOND);
	cr_assert_eq(count_read(&counter), 0);
	b = bindings_find(&table, 1, slice_of("sip:a"), 30 * SECOND);
	cr_assert(b != NULL && b->cseq == 7 && !binding_live(b, 2 * SECOND));
	cr_assert_eq(bindings_put(&table, 1, slice_of("sip:a"), 200 * SECOND, 30 * SECOND), b);
	cr_assert_eq(count_read(&counter), 1);
	cr_assert_eq(table.used, 1);
}

Test(bindings, a_sweep_takes_out_what_expired_and_frees_what_lingered)
{
	char text[16];

	start(100);
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "sip:%d", i);
		cr_assert_not_null(bindings_put(&table, (uint64_t)i << 40, slice_of(text),
						(i % 2 ? 10 : 1000) * SECOND, SECOND));
	}
	cr_assert_eq(count_read(&counter), 100);
	for (uint64_t now = 10 * SECOND; now < 21 * SECOND; now += SECOND / 10)
		bindings_sweep(&table, now);
	cr_assert_eq(count_read(&counter), 50);
	cr_assert_eq(table.used, 100);
	for (uint64_t now = 42 * SECOND; now < 60 * SECOND; now += SECOND / 10)
		bindings_sweep(&table, now);
	cr_assert_eq(table.used, 50);
}

Test(bindings, when_full_there_is_no_room_until_one_ends)
{
	char text[16];

	start(3);
	for (int i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "sip:%d", i);
		cr_assert(bindings_room(&table, 3 - (uint32_t)i, SECOND));
		cr_assert_not_null(bindings_put(&table, 1, slice_of(text), 100 * SECOND, SECOND));
	}
	cr_assert_not(bindings_room(&table, 1, SECOND));
	cr_assert_null(bindings_put(&table, 1, slice_of("sip:3"), 100 * SECOND, SECOND));
	cr_assert_not_null(bindings_put(&table, 1, slice_of("sip:0"), 200 * SECOND, SECOND));
	binding_end(&table, bindings_find(&table, 1, slice_of("sip:1"), SECOND), SECOND);
	cr_assert_not_null(bindings_put(&table, 1, slice_of("sip:3"), 100 * SECOND, SECOND));
	cr_assert_eq(count_read(&counter), 3);
}

Test(bindings, lingering_ones_give_way_when_the_table_is_crowded)
{
	char text[16];

	start(50);
	for (int i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "sip:%d", i);
		struct binding *b = bindings_put(&table, (uint64_t)i * 0x9e3779b97f4a7c15,
						 slice_of(text), 100 * SECOND, SECOND);
		cr_assert_not_null(b, "%d", i);
		binding_end(&table, b, SECOND);
	}
	cr_assert_lt(table.used, table.n_slots);
}

Test(bindings, a_wipe_forgets_all_and_the_table_goes_on)
{
	start(10);
	cr_assert_not_null(bindings_put(&table, 1, slice_of("sip:a"), 10 * SECOND, SECOND));
	bindings_wipe(&table);
	cr_assert_eq(count_read(&counter), 0);
	cr_assert_null(bindings_find(&table, 1, slice_of("sip:a"), SECOND));
	cr_assert_not_null(bindings_put(&table, 1, slice_of("sip:a"), 10 * SECOND, SECOND));
	cr_assert_eq(count_read(&counter), 1);
}

// Few homes, so that runs are long and wrap around the end of the table.
Test(bindings, random_changes_agree_with_a_plain_list)
{
	enum { USERS = 12, CONTACTS = 6 };
	uint64_t expires[USERS][CONTACTS] = { 0 }, now = SECOND;
	struct rng rng;
	char text[16];

	rng_seed(&rng, 7);
	start(40);
	for (int step = 0; step < 200000; step++) {
		uint32_t u = rng_below(&rng, USERS), c = rng_below(&rng, CONTACTS), live = 0;
		uint64_t user = u % 3 == 0 ? UINT64_MAX - u
					   : (uint64_t)u << 33; // last and first slots
		bool was = expires[u][c] > now;

		now += rng_below(&rng, 4) * SECOND / 4;
		was = expires[u][c] > now;
		snprintf(text, sizeof(text), "sip:%u", c);
		struct binding *b = bindings_find(&table, user, slice_of(text), now);
		cr_assert_eq(b != NULL && binding_live(b, now), was, "step %d", step);
		switch (rng_below(&rng, 4)) {
		case 0:
			if (b != NULL)
				binding_end(&table, b, now);
			if (was)
				expires[u][c] = now;
			break;
		case 1:
			bindings_sweep(&table, now);
			break;
		default:
			for (int i = 0; i < USERS; i++) {
				for (int j = 0; j < CONTACTS; j++)
					live += expires[i][j] > now;
			}
			uint64_t until = now + (1 + rng_below(&rng, 30)) * SECOND;
			b = bindings_put(&table, user, slice_of(text), until, now);
			cr_assert(b != NULL || (!was && table.live == 40),
				  "step %d: refused with %u", step, live);
			cr_assert(b == NULL || was || live < 40, "step %d: more than the capacity",
				  step);
			if (b != NULL)
				expires[u][c] = until;
		}
		cr_assert_eq(count_read(&counter), table.live);
		cr_assert_leq(table.live, 40);
		cr_assert_lt(table.used, table.n_slots);
	}
}
