// SPDX-License-Identifier: BSD-3-Clause
// The last messages of lines that fail.

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "trace/kept.h"

#define ROOM (1u << 16)

static void add(struct kept *k, uint32_t line, uint64_t at_ns, uint8_t flags)
{
	uint8_t data[300];
	const struct trace_record r = {
		.line = line, .at_ns = at_ns, .bytes = sizeof(data), .flags = flags
	};

	memset(data, (uint8_t)(line + at_ns), sizeof(data));
	kept_add(k, &r, data);
}

// Times of the messages that a failure gives, as a text.
static const char *take(struct kept *k, uint32_t line, uint64_t failed_ns, uint32_t max)
{
	static char text[512];
	struct kept_message m[64];
	uint32_t n = kept_take(k, line, failed_ns, m, max);
	int len = 0;

	text[0] = 0;
	for (uint32_t i = 0; i < n; i++) {
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%s%d", i ? " " : "",
				(int)m[i].record->at_ns);
		cr_assert_eq(m[i].record->line, line);
		cr_assert_eq(m[i].data[299], (uint8_t)(line + m[i].record->at_ns));
	}
	return text;
}

Test(trace_kept, the_last_ones_until_the_failure_the_oldest_first)
{
	struct kept *k = kept_new(ROOM, 10);

	for (uint64_t at = 1; at <= 9; at++)
		for (uint32_t line = 0; line < 3; line++)
			add(k, line, at, 0);
	cr_expect_str_eq(take(k, 1, 7, 3), "5 6 7");
	cr_expect_str_eq(take(k, 0, 100, 64), "1 2 3 4 5 6 7 8 9");
	cr_expect_str_eq(take(k, 9, 100, 64), "");
	cr_expect_str_eq(take(k, 10, 100, 64), "", "no such line");
	kept_free(k);
}

Test(trace_kept, nothing_is_taken_twice_and_what_came_later_is_taken_later)
{
	struct kept *k = kept_new(ROOM, 1);

	for (uint64_t at = 1; at <= 6; at++)
		add(k, 0, at, 0);
	cr_expect_str_eq(take(k, 0, 4, 2), "3 4");
	cr_expect_str_eq(take(k, 0, 4, 2), "");
	add(k, 0, 7, 0);
	cr_expect_str_eq(take(k, 0, 9, 5), "5 6 7",
			 "not 1 and 2, which are older than what was taken");
	kept_free(k);
}

Test(trace_kept, what_the_line_sent_about_the_failure_is_none_of_its_causes)
{
	struct kept *k = kept_new(ROOM, 1);

	add(k, 0, 5, TRACE_SENT);
	add(k, 0, 6, 0);
	add(k, 0, 6, TRACE_SENT);
	cr_expect_str_eq(take(k, 0, 6, 5), "5 6");
	kept_free(k);
}

Test(trace_kept, the_oldest_of_all_lines_make_room)
{
	struct kept *k = kept_new(ROOM, 1000);

	for (uint64_t at = 1; at < 20000; at++)
		add(k, at % 7 ? 1 : 2, at, 0);
	cr_expect_str_eq(take(k, 2, UINT64_MAX, 3), "19985 19992 19999");
	// 65536 bytes hold 190 messages or so
	struct kept_message m[1000];
	uint32_t n = kept_take(k, 1, UINT64_MAX, m, 1000);
	cr_expect(n > 120 && n < 190, "%u", n);
	cr_expect_eq(m[n - 1].record->at_ns, 19998);
	for (uint32_t i = 1; i < n; i++)
		cr_assert(m[i].record->at_ns > m[i - 1].record->at_ns && m[i].record->line == 1);
	kept_free(k);
}

Test(trace_kept, another_line_in_its_place_has_nothing_of_it)
{
	struct kept *k = kept_new(ROOM, 2);

	add(k, 1, 1, 0);
	kept_forget(k, 1);
	add(k, 1, 2, 0);
	cr_expect_str_eq(take(k, 1, 9, 5), "2");
	kept_free(k);
}
