// SPDX-License-Identifier: BSD-3-Clause
// Pages of lines: filters, orders, paging, slices.

#include "session/line_query.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "fake_dataplane.h"
#include "session/server_count.h"

#define LINES (2 * QUERY_SLICE + 100)

static struct hl_state states[LINES];
static struct query_row rows[QUERY_LIMIT_MAX];
static struct dataplane dp;

// Line k changed k * 7919 mod 10007 ms after the start; every third one is down, the others are on P or B.
static void states_make(void)
{
	for (uint32_t k = 0; k < LINES; k++)
		states[k] = (struct hl_state){
			.state = k % 3 == 0   ? HL_DOWN
				 : k % 3 == 1 ? HL_ON_P
					      : HL_ON_B,
			.server = k % 3 == 0   ? HL_SERVER_NONE
				  : k % 3 == 1 ? HL_SERVER_P
					       : HL_SERVER_B,
			.since_ms = (uint32_t)((uint64_t)k * 7919 % 10007),
		};
	fake_dataplane.states = states;
	fake_dataplane.n_states = LINES;
}

TestSuite(line_query, .init = states_make);

static struct line_query query_new(enum query_sort sort, uint32_t limit)
{
	return (struct line_query){
		.filter = LINE_FILTER_ALL,
		.sort = sort,
		.limit = limit,
		.rows = rows,
	};
}

static unsigned run(struct line_query *q)
{
	unsigned turns = 1;

	while (!line_query_step(q, &dp))
		turns++;
	return turns;
}

Test(line_query, a_page_has_the_first_lines_and_counts_all)
{
	struct line_query q = query_new(QUERY_BY_LINE, 5);

	cr_expect_eq(run(&q), 3, "three slices");
	cr_assert_eq(q.n, 5);
	for (uint32_t k = 0; k < 5; k++)
		cr_expect_eq(q.rows[k].line, k);
	cr_expect_eq(q.matched, LINES);
	cr_expect_eq(q.behind, LINES);
}

Test(line_query, by_state_server_and_profile)
{
	struct line_query q = query_new(QUERY_BY_LINE, 3);

	q.filter.states = 1u << HL_DOWN;
	run(&q);
	cr_expect_eq(q.rows[0].line, 0);
	cr_expect_eq(q.rows[1].line, 3);
	cr_expect_eq(q.matched, (LINES + 2) / 3);
	q = query_new(QUERY_BY_LINE, 3);
	q.filter.server = HL_SERVER_B;
	q.filter.profile = 1;
	run(&q);
	cr_expect_eq(q.rows[0].line, 5);
	cr_expect_eq(q.rows[1].line, 11);
	q = query_new(QUERY_BY_LINE, 3);
	q.filter.states = 1u << HL_PARK;
	run(&q);
	cr_expect_eq(q.n, 0);
	cr_expect_eq(q.matched, 0);
}

// Slots without a line stand between those that have one: what is behind them is found, and they are not.
Test(line_query, slots_without_a_line_are_passed_over)
{
	struct line_query q = query_new(QUERY_BY_LINE, 3);

	states[0].slot = HL_SLOT_FREE;
	states[1].slot = HL_SLOT_REMOVED;
	run(&q);
	cr_assert_eq(q.n, 3);
	cr_expect_eq(q.rows[0].line, 2);
	cr_expect_eq(q.matched, LINES - 2);
}

// The same walk counts lines by server.
Test(line_query, lines_by_server_are_counted_without_those_that_were_removed)
{
	struct server_lines lines[2 * HL_SERVERS] = { 0 };
	struct server_count count = { .lines = lines };
	uint64_t registered = 0;

	states[1].slot = states[LINES - 1].slot = HL_SLOT_REMOVED; // on P and on P
	states[2].slot = HL_SLOT_FREE;                             // on B
	while (!server_count_step(&count, &dp))
		continue;
	for (unsigned k = 0; k < 2 * HL_SERVERS; k++)
		registered += lines[k].registered;
	cr_expect_eq(registered, LINES - (LINES + 2) / 3 - 2 - ((LINES - 1) % 3 != 0));
}

// Wherever a line is: its probes go to the primary of its profile.
Test(line_query, lines_whose_probes_fail_are_counted_at_their_primary)
{
	struct server_lines lines[2 * HL_SERVERS] = { 0 };
	struct server_count count = { .lines = lines };

	states[1].fails = 1;  // on P, profile 1
	states[5].fails = 63; // on B, profile 1
	states[4].fails = 2;  // profile 0
	states[7].fails = 2;
	states[7].state = HL_OFF; // and so it does not probe
	while (!server_count_step(&count, &dp))
		continue;
	cr_expect_eq(lines[0 * HL_SERVERS + HL_SERVER_P].failing, 1);
	cr_expect_eq(lines[1 * HL_SERVERS + HL_SERVER_P].failing, 2);
	cr_expect_eq(lines[1 * HL_SERVERS + HL_SERVER_B].failing, 0);
}

Test(line_query, by_number_range_and_domain)
{
	struct line_query q = query_new(QUERY_BY_LINE, 3);
	struct hl_error err = { 0 };

	cr_assert_eq(line_filter_number(&q.filter, "6010-6011", &err), 0);
	run(&q);
	cr_assert_eq(q.matched, 2);
	cr_expect_eq(q.rows[0].line, 10);
	q = query_new(QUERY_BY_LINE, 3);
	cr_assert_eq(line_filter_number(&q.filter, "6010", &err), 0);
	run(&q);
	cr_expect_eq(q.matched, 1);
	q = query_new(QUERY_BY_LINE, 3);
	cr_assert_eq(line_filter_number(&q.filter, "600", &err), 0);
	run(&q);
	cr_expect_eq(q.matched, 0, "no prefix of a number is the number");
	q = query_new(QUERY_BY_LINE, 3);
	cr_assert_eq(line_filter_number(&q.filter, "9999-10001", &err), 0);
	run(&q);
	cr_expect_eq(q.matched, 3, "a longer number is a later one");
	q = query_new(QUERY_BY_LINE, 3);
	q.filter.domain = "a.example";
	run(&q);
	cr_expect_eq(q.rows[0].line, 6);
	cr_expect_eq(q.rows[1].line, 13);
}

Test(line_query, a_bad_number_says_what_is_allowed)
{
	struct line_filter filter = LINE_FILTER_ALL;
	struct hl_error err = { 0 };

	cr_expect_lt(line_filter_number(&filter, "6099-6000", &err), 0);
	cr_expect_str_eq(err.text, "number: the range 6099-6000 is backwards: write 6000-6099");
	cr_expect_lt(line_filter_number(&filter, "", &err), 0);
	cr_assert_eq(line_filter_number(&filter, "front-desk", &err), 0);
	cr_expect_str_eq(filter.first, "front-desk");
	cr_expect_str_eq(filter.last, "front-desk");
}

static enum query_sort order;

static int by_order(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	uint32_t sx = states[x].since_ms, sy = states[y].since_ms;

	if (sx != sy)
		return (order == QUERY_BY_SINCE ? sx > sy : sx < sy) ? -1 : 1;
	return x < y ? -1 : 1;
}

// All pages, one behind the other, are all lines in their order: each once.
static void pages_are_the_order(enum query_sort sort)
{
	uint32_t *sorted = malloc(LINES * sizeof(*sorted)), at = 0;
	char cursor[QUERY_CURSOR_ROOM] = "";
	struct hl_error err = { 0 };

	for (uint32_t k = 0; k < LINES; k++)
		sorted[k] = k;
	order = sort;
	qsort(sorted, LINES, sizeof(*sorted), by_order);
	do {
		struct line_query q = query_new(sort, 997);
		if (*cursor)
			cr_assert_eq(line_query_resume(&q, cursor, &err), 0, "%s", err.text);
		run(&q);
		cr_assert_eq(q.matched, LINES);
		cr_assert_eq(q.behind, LINES - at);
		for (uint32_t k = 0; k < q.n; k++)
			cr_assert_eq(q.rows[k].line, sorted[at + k]);
		at += q.n;
		line_query_cursor(&q, cursor);
	} while (at < LINES);
	free(sorted);
}

Test(line_query, pages_by_since_are_all_lines_the_latest_first)
{
	pages_are_the_order(QUERY_BY_SINCE);
}

Test(line_query, pages_by_oldest_are_all_lines_the_oldest_first)
{
	pages_are_the_order(QUERY_BY_OLDEST);
}

Test(line_query, a_bad_cursor_is_refused)
{
	static const char *const bad[] = { "", "x", "5", "5.", "5.5x", ".5", "-1.5", "5.5.5" };
	struct line_query q = query_new(QUERY_BY_LINE, 3);
	struct hl_error err = { 0 };

	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect_lt(line_query_resume(&q, bad[i], &err), 0, "%s", bad[i]);
}
