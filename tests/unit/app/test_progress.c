// SPDX-License-Identifier: BSD-3-Clause
// What is said of long work. That it is said on a terminal alone is in tests/app/progress.sh.

#include <criterion/criterion.h>

#include "base/progress.h"

#define SECOND_NS UINT64_C(1000000000)

static void says(uint64_t done, uint64_t spent_s, const char *wanted)
{
	char text[PROGRESS_ROOM];

	cr_expect_str_eq(progress_text("registering", done, 1000000, spent_s * SECOND_NS, text),
			 wanted);
}

Test(progress, share_and_time_left_are_those_of_what_was_done_so_far)
{
	says(0, 5, "registering: 0 %, 0 of 1,000,000");
	says(250000, 5, "registering: 25 %, 250,000 of 1,000,000, 15 s left");
	says(999999, 5, "registering: 99 %, 999,999 of 1,000,000, 1 s left");
	says(1000000, 5, "registering: 100 %, 1,000,000 of 1,000,000, 0 s left");
	says(10000, 2, "registering: 1 %, 10,000 of 1,000,000, 3 min 18 s left");
	says(10000, 1010, "registering: 1 %, 10,000 of 1,000,000, 27 h 46 min left");
	says(9999, 1, "registering: 0 %, 9,999 of 1,000,000"); // too early to tell
}

// Lines may be added while others register.
Test(progress, more_than_all_is_all)
{
	says(1000005, 5, "registering: 100 %, 1,000,000 of 1,000,000, 0 s left");
}

Test(progress, no_number_is_too_long_for_its_line)
{
	char text[PROGRESS_ROOM];

	progress_text("unregistering", 1, UINT64_MAX, UINT64_MAX, text);
	cr_expect_lt(strlen(text), sizeof(text));
	progress_text("planning", 0, 0, 0, text);
	cr_expect_str_eq(text, "planning: 100 %, 0 of 0");
}
