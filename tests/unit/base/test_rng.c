// SPDX-License-Identifier: BSD-3-Clause
// The generator: published first numbers, and shares that come out even.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/rng.h"

Test(rng, first_numbers_of_xoshiro256starstar)
{
	// state 1, 2, 3, 4: as the reference code prints them
	static const uint64_t want[] = {
		11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600,
	};
	struct rng rng = { .s = { 1, 2, 3, 4 } };

	for (unsigned i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		cr_assert(eq(u64, rng_next(&rng), want[i]), "number %u", i);
}

Test(rng, seed_goes_through_splitmix64)
{
	struct rng rng;

	rng_seed(&rng, 1234567);
	cr_assert(eq(u64, rng.s[0], UINT64_C(6457827717110365317)));
	cr_assert(eq(u64, rng.s[1], UINT64_C(3203168211198807973)));
	cr_assert(eq(u64, rng.s[2], UINT64_C(9817491932198370423)));
	cr_assert(eq(u64, rng.s[3], UINT64_C(4593380528125082431)));
}

Test(rng, same_seed_same_numbers_other_seed_others)
{
	struct rng a, b, c;

	rng_seed(&a, 0);
	rng_seed(&b, 0);
	rng_seed(&c, 1);
	cr_assert(ne(u64, a.s[0] | a.s[1] | a.s[2] | a.s[3], 0));
	for (int i = 0; i < 100; i++) {
		uint64_t v = rng_next(&a);
		cr_assert(eq(u64, rng_next(&b), v));
		cr_assert(ne(u64, rng_next(&c), v));
	}
}

Test(rng, below_reaches_all_and_evenly)
{
	struct rng rng;
	unsigned hits[10] = { 0 };

	rng_seed(&rng, 7);
	for (int i = 0; i < 100000; i++) {
		uint32_t v = rng_below(&rng, 10);
		cr_assert(lt(u32, v, 10));
		hits[v]++;
	}
	for (int i = 0; i < 10; i++)
		cr_assert(all(gt(uint, hits[i], 9500), lt(uint, hits[i], 10500)));
	for (int i = 0; i < 100; i++)
		cr_assert(eq(u32, rng_below(&rng, 1), 0));
}
