// SPDX-License-Identifier: BSD-3-Clause
// The latest seconds of a run: a ring of an hour.

#include "session/view_series.h"

#include <criterion/criterion.h>

static struct view_series series;

static void add(unsigned n)
{
	for (unsigned k = 0; k < n; k++)
		view_series_add(&series, &(struct second_sample){ .at_ms = series.n + 1 });
}

Test(view_series, an_empty_one_has_nothing_to_show)
{
	cr_expect_eq(view_series_first(&series, 0, 10), 1);
	cr_expect_eq(series.n, 0);
}

Test(view_series, those_behind_a_number_and_of_them_the_latest)
{
	add(10);
	cr_expect_eq(view_series_first(&series, 0, 100), 1);
	cr_expect_eq(view_series_first(&series, 4, 100), 5);
	cr_expect_eq(view_series_first(&series, 4, 2), 9);
	cr_expect_eq(view_series_first(&series, 10, 100), 11, "none");
	cr_expect_eq(view_series_first(&series, 11, 100), 1, "a number of another run");
	cr_expect_eq(view_series_at(&series, 7)->at_ms, 7);
}

Test(view_series, an_hour_is_kept)
{
	add(2 * VIEW_SERIES_SECONDS + 5);
	uint64_t first = view_series_first(&series, 3, 2 * VIEW_SERIES_SECONDS);

	cr_expect_eq(first, VIEW_SERIES_SECONDS + 6);
	cr_expect_eq(view_series_at(&series, first)->at_ms, first);
	cr_expect_eq(view_series_at(&series, series.n)->at_ms, series.n);
}
