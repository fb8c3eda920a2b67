// SPDX-License-Identifier: BSD-3-Clause
// Publish and reclaim: each order in which reader and writer may come, by hand. Threads are in tests/race.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/publish.h"

#define N 8

struct set {
	struct publisher p;
	struct published objects[N];
};

static struct set *set_new(uint32_t n_readers, uint64_t version)
{
	static struct set set;

	memset(&set, 0, sizeof(set));
	publisher_init(&set.p, &set.objects[0], n_readers, version);
	return &set;
}

Test(publish, what_is_current_is_never_reclaimed)
{
	struct set *s = set_new(1, PUBLISH_FIRST_VERSION);

	cr_assert_null(publish_reclaim(&s->p));
	cr_assert_eq(publish_take(&s->p, 0), &s->objects[0]);
	publish_rest(&s->p, 0);
	cr_assert_null(publish_reclaim(&s->p));
}

Test(publish, what_a_reader_has_is_kept_until_its_next_quiescent_point)
{
	struct set *s = set_new(1, PUBLISH_FIRST_VERSION);

	cr_assert_eq(publish_take(&s->p, 0), &s->objects[0]);
	publish_next(&s->p, &s->objects[1]);
	cr_assert_null(publish_reclaim(&s->p));
	cr_assert_eq(publish_current(&s->p), &s->objects[1]);
	cr_assert_null(publish_reclaim(&s->p), "to see it is not to take it");
	cr_assert_eq(publish_take(&s->p, 0), &s->objects[1]);
	cr_assert_eq(publish_reclaim(&s->p), &s->objects[0]);
	cr_assert_eq(s->objects[0].newer, &s->objects[1]);
	cr_assert_null(publish_reclaim(&s->p));
}

Test(publish, the_slowest_reader_decides)
{
	struct set *s = set_new(3, PUBLISH_FIRST_VERSION);

	for (uint32_t r = 0; r < 3; r++)
		publish_take(&s->p, r);
	publish_next(&s->p, &s->objects[1]);
	publish_take(&s->p, 0);
	publish_next(&s->p, &s->objects[2]);
	publish_take(&s->p, 2);
	cr_assert_null(publish_reclaim(&s->p), "reader 1 has the first");
	publish_take(&s->p, 1);
	cr_assert_eq(publish_reclaim(&s->p), &s->objects[0]);
	cr_assert_null(publish_reclaim(&s->p), "reader 0 has the second");
	publish_take(&s->p, 0);
	cr_assert_eq(publish_reclaim(&s->p), &s->objects[1]);
	cr_assert_null(publish_reclaim(&s->p));
}

Test(publish, nothing_waits_for_a_reader_at_rest)
{
	struct set *s = set_new(2, PUBLISH_FIRST_VERSION);

	publish_take(&s->p, 0);
	publish_next(&s->p, &s->objects[1]);
	publish_take(&s->p, 0);
	cr_assert_eq(publish_reclaim(&s->p), &s->objects[0], "reader 1 never took anything");
	publish_next(&s->p, &s->objects[2]);
	publish_rest(&s->p, 0);
	cr_assert_eq(publish_reclaim(&s->p), &s->objects[1]);
	cr_assert_eq(publish_take(&s->p, 0), &s->objects[2], "and back it has the latest");
	publish_next(&s->p, &s->objects[3]);
	cr_assert_null(publish_reclaim(&s->p));
}

Test(publish, a_reader_that_wakes_slowly_holds_what_it_may_be_taking)
{
	struct set *s = set_new(1, PUBLISH_FIRST_VERSION);

	// It has read the version, and not yet said so: two objects come, the first is reclaimed.
	uint64_t version = atomic_load(&s->p.version);
	publish_next(&s->p, &s->objects[1]);
	publish_next(&s->p, &s->objects[2]);
	cr_assert_eq(publish_reclaim(&s->p), &s->objects[0]);
	// Now it says so, and is about to take objects[2] when that is replaced.
	atomic_store(&s->p.readers[0].reads, version);
	publish_next(&s->p, &s->objects[3]);
	cr_assert_null(publish_reclaim(&s->p));
	cr_assert_eq(publish_take(&s->p, 0), &s->objects[3]);
	cr_assert_eq(publish_reclaim(&s->p), &s->objects[1]);
	cr_assert_eq(publish_reclaim(&s->p), &s->objects[2]);
	cr_assert_null(publish_reclaim(&s->p));
}

Test(publish, a_reader_that_woke_between_store_and_version_holds_no_more_than_it_has)
{
	struct set *s = set_new(1, PUBLISH_FIRST_VERSION);

	publish_next(&s->p, &s->objects[1]);
	atomic_store(&s->p.version, PUBLISH_FIRST_VERSION); // publish_next() has not got that far
	cr_assert_eq(publish_take(&s->p, 0), &s->objects[1]);
	cr_assert_eq(publish_reclaim(&s->p), &s->objects[0]);
	atomic_store(&s->p.version, s->objects[1].version);
	publish_next(&s->p, &s->objects[2]);
	cr_assert_null(publish_reclaim(&s->p));
}

Test(publish, versions_come_round_and_none_is_that_of_rest)
{
	struct set *s = set_new(2, UINT64_MAX - 2);

	for (uint32_t k = 1; k < N; k++) {
		publish_take(&s->p, 0); // one behind
		publish_next(&s->p, &s->objects[k]);
		cr_assert_neq(s->objects[k].version, 0);
		cr_assert_null(publish_reclaim(&s->p), "object %u", k - 1);
		publish_take(&s->p, 0);
		cr_assert_eq(publish_reclaim(&s->p), &s->objects[k - 1]);
	}
	cr_assert_eq(s->objects[N - 1].version, 5, "it came round: 2^64 - 1, 1, 2, ...");
}

Test(publish, one_reader_stays_behind_while_versions_come_round)
{
	struct set *s = set_new(2, UINT64_MAX);

	publish_take(&s->p, 1);
	for (uint32_t k = 1; k < N; k++) {
		publish_next(&s->p, &s->objects[k]);
		publish_take(&s->p, 0);
		cr_assert_null(publish_reclaim(&s->p), "%u after the end", k);
	}
	publish_rest(&s->p, 1);
	for (uint32_t k = 0; k < N - 1; k++)
		cr_assert_eq(publish_reclaim(&s->p), &s->objects[k]);
	cr_assert_null(publish_reclaim(&s->p));
}
