// SPDX-License-Identifier: BSD-3-Clause
// A whole run in a bounded number of samples.

#include "report/run_course.h"

#include <criterion/criterion.h>
#include <math.h>

static struct run_course course;

static void add(uint64_t n)
{
	for (uint64_t k = 0; k < n; k++)
		run_course_add(&course, &(struct second_sample){ .at_ms = 1000 * (k + 1),
								 .requests = 10,
								 .rtt_p50_us = NAN,
								 .rtt_p99_us = NAN,
								 .on_primary = 7 });
}

static json_int_t cell(const json_t *object, size_t row, size_t column)
{
	return json_integer_value(
		json_array_get(json_array_get(json_object_get(object, "rows"), row), column));
}

Test(run_course, a_short_run_has_each_of_its_seconds)
{
	add(5);
	json_t *object = run_course_object(&course);
	cr_expect_eq(json_integer_value(json_object_get(object, "step_s")), 1);
	cr_expect_eq(json_array_size(json_object_get(object, "rows")), 5);
	cr_expect_eq(json_array_size(json_object_get(object, "columns")),
		     json_array_size(json_array_get(json_object_get(object, "rows"), 0)));
	cr_expect_eq(cell(object, 4, 0), 5000);
	cr_expect_eq(cell(object, 4, 1), 10);
	json_decref(object);
}

Test(run_course, a_long_one_is_joined_and_none_of_it_is_lost)
{
	add(3 * COURSE_ROOM + 3); // 1 s until COURSE_ROOM, then 2, then 4
	json_t *object = run_course_object(&course);
	size_t rows = json_array_size(json_object_get(object, "rows"));

	cr_expect_eq(json_integer_value(json_object_get(object, "step_s")), 4);
	cr_expect_eq(rows, (3 * COURSE_ROOM + 3 + 3) / 4);
	cr_expect_eq(cell(object, 0, 0), 4000);
	cr_expect_eq(cell(object, rows - 1, 0), 1000 * (3 * COURSE_ROOM + 3));
	for (size_t row = 0; row < rows; row++)
		cr_expect_eq(cell(object, row, 1), 10, "a rate stays a rate, row %zu", row);
	json_decref(object);
}

Test(run_course, joined_seconds_show_the_worst_of_them)
{
	const struct second_sample well = { .at_ms = 1, .on_primary = 9, .rtt_p99_us = 50 };
	const struct second_sample out = { .at_ms = 2, .down = 9, .rtt_p99_us = NAN };

	for (unsigned i = 0; i < COURSE_ROOM / 2 + 1; i++) {
		run_course_add(&course, &well);
		run_course_add(&course, &out);
	}
	cr_expect_eq(course.step_s, 2);
	cr_expect_eq(course.samples[0].at_ms, 2);
	cr_expect_eq(course.samples[0].down, 9);
	cr_expect_eq(course.samples[0].on_primary, 0);
	cr_expect_eq(course.samples[0].rtt_p99_us, 50);
}

Test(run_course, none_is_null)
{
	json_t *object = run_course_object(NULL);
	cr_expect(json_is_null(object));
	json_decref(object);
}
