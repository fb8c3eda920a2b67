// SPDX-License-Identifier: BSD-3-Clause
// The latest changes of each line, in a ring that forgets the oldest.

#include "dataplane/recent_changes.h"

#include <criterion/criterion.h>

#define LINES 100
#define RING 65536u // the least, which is enough for so few lines

static struct recent_changes *changes;

static void changes_make(void)
{
	struct hl_error err;

	cr_assert_eq(recent_changes_new(&changes, LINES, &err), 0);
}

static void changes_end(void)
{
	recent_changes_free(changes);
}

TestSuite(recent_changes, .init = changes_make, .fini = changes_end);

static void add(uint32_t line, uint64_t at_ns)
{
	const struct hl_event e = { .at_ns = at_ns, .line = line, .from = 1, .to = 2, .code = 503 };

	recent_changes_add(changes, &e, 1);
}

Test(recent_changes, a_line_has_its_own_changes_the_latest_first)
{
	struct hl_event events[RECENT_SHOWN];

	add(3, 10);
	add(4, 11);
	add(3, 12);
	add(4, 13);
	add(3, 14);
	cr_assert_eq(recent_changes_of_line(changes, 3, events), 3);
	cr_expect_eq(events[0].at_ns, 14);
	cr_expect_eq(events[1].at_ns, 12);
	cr_expect_eq(events[2].at_ns, 10);
	cr_expect_eq(events[0].from, 1);
	cr_expect_eq(events[0].to, 2);
	cr_expect_eq(events[0].code, 503);
	cr_expect_eq(recent_changes_of_line(changes, 5, events), 0);
	cr_expect_eq(recent_changes_of_line(changes, LINES, events), 0, "no such line");
}

Test(recent_changes, of_many_changes_thirty_two_are_shown)
{
	struct hl_event events[RECENT_SHOWN];

	for (uint32_t k = 0; k < 100; k++)
		add(7, k);
	cr_assert_eq(recent_changes_of_line(changes, 7, events), RECENT_SHOWN);
	cr_expect_eq(events[0].at_ns, 99);
	cr_expect_eq(events[RECENT_SHOWN - 1].at_ns, 99 - RECENT_SHOWN + 1);
}

Test(recent_changes, what_made_room_is_not_shown)
{
	struct hl_event events[RECENT_SHOWN];

	add(1, 1);
	add(1, 2);
	for (uint32_t k = 0; k < RING - 1; k++)
		add(2, 100 + k);
	cr_assert_eq(recent_changes_of_line(changes, 1, events), 1, "the first one made room");
	cr_expect_eq(events[0].at_ns, 2);
	add(2, 5);
	cr_expect_eq(recent_changes_of_line(changes, 1, events), 0);
	add(1, 6);
	cr_assert_eq(recent_changes_of_line(changes, 1, events), 1, "and is not linked to");
	cr_expect_eq(events[0].at_ns, 6);
}

Test(recent_changes, all_changes_are_read_in_their_order_page_by_page)
{
	struct hl_event events[4];
	uint64_t first;

	cr_expect_eq(recent_changes_after(changes, 0, events, 4, &first), 0);
	for (uint64_t n = 1; n <= 6; n++)
		add((uint32_t)n, n * 10);
	cr_expect_eq(recent_changes_count(changes), 6);
	cr_assert_eq(recent_changes_after(changes, 0, events, 4, &first), 4);
	cr_expect_eq(first, 1);
	cr_expect_eq(events[0].at_ns, 10);
	cr_expect_eq(events[3].line, 4);
	cr_assert_eq(recent_changes_after(changes, 4, events, 4, &first), 2);
	cr_expect_eq(first, 5);
	cr_expect_eq(events[1].at_ns, 60);
	cr_expect_eq(recent_changes_after(changes, 6, events, 4, &first), 0);
	cr_expect_eq(recent_changes_after(changes, UINT64_MAX, events, 4, &first), 0);
}

Test(recent_changes, what_made_room_is_passed_over)
{
	struct hl_event events[2];
	uint64_t first;

	for (uint64_t n = 1; n <= RING + 3; n++)
		add(7, n);
	cr_assert_eq(recent_changes_after(changes, 0, events, 2, &first), 2);
	cr_expect_eq(first, 4);
	cr_expect_eq(events[0].at_ns, 4);
	cr_assert_eq(recent_changes_after(changes, RING + 2, events, 2, &first), 1);
	cr_expect_eq(events[0].at_ns, RING + 3);
}

Test(recent_changes, a_line_that_takes_a_number_over_has_no_changes_of_the_one_before)
{
	struct hl_event events[RECENT_SHOWN];
	uint64_t first;

	add(3, 10);
	add(4, 11);
	add(3, 12);
	recent_changes_forget(changes, 3);
	cr_expect_eq(recent_changes_of_line(changes, 3, events), 0);
	cr_assert_eq(recent_changes_after(changes, 0, events, RECENT_SHOWN, &first), 3);
	cr_expect_eq(events[0].line, RECENT_REMOVED);
	cr_expect_eq(events[1].line, 4);
	cr_expect_eq(events[2].line, RECENT_REMOVED);
	cr_expect_eq(recent_changes_of_line(changes, 4, events), 1);
	add(3, 13);
	cr_assert_eq(recent_changes_of_line(changes, 3, events), 1);
	cr_expect_eq(events[0].at_ns, 13);
}
