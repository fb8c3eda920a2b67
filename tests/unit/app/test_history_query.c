// SPDX-License-Identifier: BSD-3-Clause
// Questions to a history: which changes, which outages, which lines flap, which runs.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "commands/time_point.h"
#include "history/file.h"
#include "history/history.h"
#include "history/query.h"

#define T0_MS 1790000000000ll
#define ROWS 4096

static char folder[] = "/tmp/hl-query-XXXXXX", path[64];
static struct history *history;
static sqlite3 *db;

static void file_make(void)
{
	static const char *const profiles[] = { "lab", "office" };
	const struct history_options options = {
		.path = path,
		.queue_bytes = 1u << 20,
		.version = "7.8",
		.profiles = profiles,
		.n_profiles = 2,
	};
	struct hl_error err;

	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/h.db", folder);
	cr_assert_eq(history_open(&history, &options, &err), 0, "%s", err.text);
	cr_assert_eq(history_start(history, &err), 0, "%s", err.text);
}

static void file_remove(void)
{
	char command[100];

	sqlite3_close(db);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(history_query, .init = file_make, .fini = file_remove, .timeout = 60);

// Lines from 10 on have a domain, and are of the other profile.
static void change(int64_t after_ms, uint32_t line, enum hl_line_state from, enum hl_line_state to,
		   uint16_t code)
{
	static const char *const causes[] = { [HL_CODE_TIMEOUT] = "time-out" };
	const char *cause = code == 0 ? "" : code < 100 ? causes[code] : "200 OK";
	char number[16];
	const struct history_change c = {
		.at_ms = (uint64_t)(T0_MS + after_ms),
		.line = line,
		.profile = line >= 10,
		.code = code,
		.from = (uint8_t)from,
		.to = (uint8_t)to,
		.server = HL_SERVER_NONE,
		.number_len = (uint8_t)snprintf(number, sizeof(number), "%u", 6000 + line % 10),
		.domain_len = line >= 10 ? 9 : 0,
		.cause_len = (uint8_t)strlen(cause),
		.number = number,
		.domain = "a.example",
		.cause = cause,
	};

	history_put(history, &c);
}

static void written(void)
{
	struct history_counts counts;
	struct hl_error err;

	history_close(history, &counts);
	cr_assert_eq(counts.lost, 0);
	cr_assert_eq(history_file_read(&db, path, &err), 0, "%s", err.text);
}

// The primary fails a line, the backup takes it, and it returns.
static void fails_over(int64_t at_ms, uint32_t line)
{
	change(at_ms, line, HL_ON_P, HL_SW_B, HL_CODE_TIMEOUT);
	change(at_ms + 10, line, HL_SW_B, HL_ON_B, 200);
}

static void returns(int64_t at_ms, uint32_t line)
{
	change(at_ms, line, HL_ON_B, HL_SW_P, 200);
	change(at_ms + 10, line, HL_SW_P, HL_ON_P, 200);
}

static union {
	struct history_outage outages[ROWS];
	int64_t at_ms[ROWS];
	struct {
		uint64_t losses;
		int64_t last_ms;
		char number[8];
	} flapping[ROWS];
} got;
static unsigned n_got;
static bool more;

static void outage_keep(void *context, const void *row)
{
	(void)context;
	got.outages[n_got++ % ROWS] = *(const struct history_outage *)row;
}

static void time_keep(void *context, const void *row)
{
	(void)context;
	got.at_ms[n_got++ % ROWS] = ((const struct history_row *)row)->at_ms - T0_MS;
}

static void flapping_keep(void *context, const void *row)
{
	const struct history_flapping *f = row;

	(void)context;
	got.flapping[n_got].losses = f->losses;
	got.flapping[n_got].last_ms = f->last_ms - T0_MS;
	snprintf(got.flapping[n_got++].number, 8, "%s", f->number);
}

static void rest(void *context)
{
	(void)context;
}

static struct history_query everything(void)
{
	return (struct history_query){ .server = HL_SERVER_NONE, .until_ms = INT64_MAX };
}

static unsigned outages(struct history_query q, uint64_t least)
{
	const struct history_sink sink = { outage_keep, rest, NULL };
	struct hl_error err;

	n_got = 0;
	cr_assert_eq(history_outages(db, &q, least, &sink, &more, &err), 0, "%s", err.text);
	return n_got;
}

static unsigned changes(struct history_query q)
{
	const struct history_sink sink = { time_keep, rest, NULL };
	struct hl_error err;

	n_got = 0;
	cr_assert_eq(history_changes(db, &q, &sink, &more, &err), 0, "%s", err.text);
	return n_got;
}

static unsigned flappings(struct history_query q, uint64_t n)
{
	const struct history_sink sink = { flapping_keep, rest, NULL };
	struct hl_error err;

	n_got = 0;
	cr_assert_eq(history_flappings(db, &q, n, &sink, &err), 0, "%s", err.text);
	return n_got;
}

static void outage_expect(unsigned k, int64_t start, int64_t end, uint64_t lines)
{
	cr_expect_eq(got.outages[k].start_ms - T0_MS, start, "%u", k);
	cr_expect_eq(end ? got.outages[k].end_ms - T0_MS : got.outages[k].end_ms, end, "%u", k);
	cr_expect_eq(got.outages[k].lines, lines, "%u: %d", k, (int)got.outages[k].lines);
}

Test(history_query, an_outage_of_a_server_lasts_until_the_last_line_is_back)
{
	struct history_query q = everything();

	fails_over(1000, 1);
	fails_over(1100, 2);
	returns(5000, 1);
	fails_over(5500, 1); // again, while line 2 is still away: it is one line
	returns(6000, 2);
	returns(7000, 1);
	fails_over(9000, 3);
	written();
	q.server = HL_SERVER_P;
	cr_assert_eq(outages(q, 1), 2);
	outage_expect(0, 1000, 7010, 2);
	outage_expect(1, 9000, 0, 1);
	q.server = HL_SERVER_B;
	cr_expect_eq(outages(q, 1), 0, "a line that returns has not lost the backup");
	q.server = HL_SERVER_NONE; // between the two servers
	cr_assert_eq(outages(q, 1), 4);
	outage_expect(0, 1000, 1010, 1);
	q.server = HL_SERVER_P;
	q.limit = 1;
	cr_assert_eq(outages(q, 1), 1);
	outage_expect(0, 9000, 0, 1);
	cr_expect(more);
}

Test(history_query, an_outage_of_several_lines_begins_when_so_many_are_without)
{
	struct history_query q = everything();

	q.server = HL_SERVER_P;
	for (uint32_t k = 0; k < 5; k++)
		fails_over(1000 + 100 * k, k);
	for (uint32_t k = 0; k < 5; k++)
		returns(3000 + 100 * k, k);
	fails_over(8000, 1);
	written();
	cr_assert_eq(outages(q, 3), 1);
	outage_expect(0, 1200, 3210, 5);
	cr_expect_eq(outages(q, 6), 0);
	cr_expect_eq(outages(q, 1), 2);
}

Test(history_query, what_an_operator_or_a_rejection_does_is_no_outage_of_a_server)
{
	struct history_query q = everything();

	q.server = HL_SERVER_P;
	change(1000, 1, HL_ON_P, HL_SW_B, HL_CODE_NONE); // force B
	change(1010, 1, HL_SW_B, HL_ON_B, 200);
	change(2000, 2, HL_ON_P, HL_PARK, 403);
	change(3000, 3, HL_ON_P, HL_DOWN, HL_CODE_TIMEOUT);
	change(4000, 3, HL_DOWN, HL_OFF, HL_CODE_NONE); // the end of the run
	written();
	cr_assert_eq(outages(q, 1), 1);
	outage_expect(0, 3000, 4000, 1);
	q.server = HL_SERVER_NONE; // line 2 is still parked
	cr_assert_eq(outages(q, 1), 1);
	outage_expect(0, 2000, 0, 2);
}

Test(history_query, the_backup_is_lost_where_lines_leave_it_for_a_failure)
{
	struct history_query q = everything();

	q.server = HL_SERVER_B;
	fails_over(1000, 1);
	change(2000, 1, HL_ON_B, HL_REG_P, HL_CODE_TIMEOUT);
	change(2010, 1, HL_REG_P, HL_DOWN, HL_CODE_TIMEOUT);
	change(3000, 1, HL_DOWN, HL_SW_B, HL_CODE_NONE);
	change(3010, 1, HL_SW_B, HL_ON_B, 200);
	written();
	cr_assert_eq(outages(q, 1), 1);
	outage_expect(0, 2000, 3010, 1);
}

// It is found from the start of its run on.
Test(history_query, an_outage_that_began_before_the_time_asked_for_is_there_as_a_whole)
{
	struct history_query q = everything();

	q.server = HL_SERVER_P;
	fails_over(1000, 1);
	returns(2000, 1);
	fails_over(5000, 1);
	returns(9000, 1);
	fails_over(9500, 1);
	written();
	q.since_ms = T0_MS + 6000;
	q.until_ms = T0_MS + 9400;
	cr_assert_eq(outages(q, 1), 1);
	outage_expect(0, 5000, 9010, 1);
}

// More than one slice; the latest of them; by line, domain, profile, server and time.
Test(history_query, changes_come_in_their_order_and_as_asked_for)
{
	struct history_query q = everything();

	for (int64_t k = 2499; k >= 0; k--) // as workers report them, not in order
		change(k, (uint32_t)(k % 5), HL_ON_P, HL_SW_B, HL_CODE_TIMEOUT);
	change(3000, 13, HL_ON_B, HL_DOWN, HL_CODE_TIMEOUT);
	written();
	cr_assert_eq(changes(q), 2501);
	for (unsigned k = 0; k < 2500; k++)
		cr_assert_eq(got.at_ms[k], k);
	cr_expect_not(more);
	q.limit = 1500;
	cr_assert_eq(changes(q), 1500);
	cr_expect_eq(got.at_ms[0], 1001);
	cr_expect_eq(got.at_ms[1499], 3000);
	cr_expect(more);
	q.limit = 0;
	q.number = "6003";
	cr_assert_eq(changes(q), 501, "in any domain");
	cr_expect_eq(got.at_ms[0], 3);
	cr_expect_eq(got.at_ms[499], 2498);
	q.limit = 2;
	cr_assert_eq(changes(q), 2);
	cr_expect_eq(got.at_ms[0], 2498);
	q.limit = 0;
	q.domain = "a.example";
	cr_expect_eq(changes(q), 1);
	q.number = q.domain = NULL;
	q.profile = "office";
	cr_expect_eq(changes(q), 1);
	q.profile = NULL;
	q.server = HL_SERVER_P;
	cr_expect_eq(changes(q), 2500);
	q.server = HL_SERVER_B;
	cr_expect_eq(changes(q), 2501, "SW_B is on the way to it");
	q.since_ms = T0_MS + 100;
	q.until_ms = T0_MS + 110;
	cr_expect_eq(changes(q), 10);
	q.number = "6000' OR number LIKE '%";
	cr_expect_eq(changes(q), 0, "a text is a parameter");
}

Test(history_query, the_line_that_lost_its_server_most_often_is_first)
{
	struct history_query q = everything();

	for (unsigned k = 0; k < 5; k++)
		fails_over(1000 * k, 3);
	for (unsigned k = 0; k < 2; k++)
		fails_over(1000 * k, 1);
	change(7000, 3, HL_ON_P, HL_SW_B, HL_CODE_NONE); // forced
	change(8000, 1, HL_ON_B, HL_REG_P, HL_CODE_TIMEOUT);
	written();
	cr_assert_eq(flappings(q, 10), 2);
	cr_expect_eq(got.flapping[0].losses, 5);
	cr_expect_eq(got.flapping[0].last_ms, 4000);
	cr_expect_str_eq(got.flapping[0].number, "6003");
	cr_expect_eq(got.flapping[1].losses, 3);
	cr_assert_eq(flappings(q, 1), 1);
	cr_expect_str_eq(got.flapping[0].number, "6003");
	q.server = HL_SERVER_B;
	cr_assert_eq(flappings(q, 10), 1);
	cr_expect_str_eq(got.flapping[0].number, "6001");
	q.server = HL_SERVER_P;
	q.since_ms = T0_MS + 3000;
	cr_assert_eq(flappings(q, 10), 1);
	cr_expect_eq(got.flapping[0].losses, 2);
}

Test(history_query, a_time_is_a_date_or_so_long_ago)
{
	static const struct {
		const char *text;
		int64_t ms; // -1: refused
	} cases[] = {
		{ "2026-09-21", 1789948800000 },
		{ "2026-09-21T14:13", 1789999980000 },
		{ "2026-09-21 14:13:20", 1790000000000 },
		{ "2026-09-21T14:13:20.25Z", 1790000000250 },
		{ "2026-09-21T14:13:20Z", 1790000000000 },
		{ "1d", T0_MS - 86400000 },
		{ "90s", T0_MS - 90000 },
		{ "30min", T0_MS - 1800000 },
		{ "12h", T0_MS - 43200000 },
		{ "999999d", 0 },
		{ "2026-02-30", -1 },
		{ "2026-09-21X", -1 },
		{ "2026-09-21T25:00", -1 },
		{ "7", -1 },
		{ "-1d", -1 },
		{ "1dd", -1 },
		{ "", -1 },
		{ "99999999999999999999d", -1 },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
		struct hl_error err = { 0 };
		int64_t ms = -1;
		int rc = time_point_read("since", cases[k].text, T0_MS, &ms, &err);

		cr_expect_eq(rc == 0, cases[k].ms >= 0, "%s: %s", cases[k].text, err.text);
		cr_expect(rc < 0 || ms == cases[k].ms, "%s: %lld", cases[k].text, (long long)ms);
	}
	history_close(history, NULL);
}
