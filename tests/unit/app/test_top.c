// SPDX-License-Identifier: BSD-3-Clause
// The live screen without a terminal: pages are drawn into a sheet, keys and answers are given by the test.

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "top/asks.h"
#include "top/filter.h"
#include "top/keys.h"
#include "top/list.h"
#include "top/screens.h"

#define SECOND_NS 1000000000ull
#define ROW_ROOM 1024

static struct viewer viewer;
static struct sheet sheet;

static const char status_text[] =
	"{'ok':true,'process':4242,'configuration':'/etc/heartline/lab.yaml','phase':'running',"
	"'uptime_ms':%d,'rate':5000,'lines':{'total':1000000,'registered':999990,'on_primary':999980,"
	"'on_backup':10,'by_state':{'OFF':0,'REG_P':4,'ON_P':999980,'SW_B':0,'ON_B':10,'HOLD_B':0,"
	"'SW_P':0,'DOWN':6,'PARK':0}},'last_second':{'requests':4998,'answers':4990,"
	"'retransmissions':7,'put_off':12,'failovers':3,'returns':2,'rtt_us':{'p50':217.0,"
	"'p99':431.0}},'workers':[{'lcore':1,'busy_percent':37.2}],'metrics':{'failovers':1234,"
	"'returns':567,'rtt_us':{'p50':200.0,'p99':400.0,'p999':null},'moves':{'detection_us':{'p50':2031615.0,"
	"'p99':2031615.0,'p999':2031615.0}},'drops':{'late':%d,"
	"'duplicate':4,'malformed':0},'limits':{'rate_limited':12}}}";

static json_t *answer(const char *text)
{
	char *copy = strdup(text);
	json_error_t error;
	json_t *object;

	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	object = json_loads(copy, 0, &error);
	cr_assert(object, "%s", error.text);
	free(copy);
	return object;
}

static json_t *status_at(int uptime_ms, int late)
{
	char text[2048];

	snprintf(text, sizeof(text), status_text, uptime_ms, late);
	return answer(text);
}

// As the screen does: what is due is asked for, and its answer is this one. The command that was asked.
static const char *exchange(json_t *reply, uint64_t now_ns)
{
	static char command[32];
	json_t *request = top_ask_next(&viewer, sheet.rows, now_ns);

	cr_assert(request, "nothing is due");
	snprintf(command, sizeof(command), "%s",
		 json_string_value(json_object_get(request, "command")));
	json_decref(request);
	top_answer(&viewer, reply, now_ns);
	return command;
}

static void screen_make(int rows, int columns)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	viewer = (struct viewer){ .rate_scale = 1 };
	cr_assert_eq(sheet_resize(&sheet, rows, columns), 0);
	top_back(&viewer, SECOND_NS);
	exchange(status_at(60000, 10), SECOND_NS);
}

static const char *row_text(int row)
{
	static char text[ROW_ROOM];
	size_t n = 0;

	for (int k = 0; k < sheet.columns; k++) {
		wchar_t c = sheet.cells[row * sheet.columns + k].character;
		if (c)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%lc", (wint_t)c);
	}
	while (n > 0 && text[n - 1] == ' ')
		n--;
	text[n] = 0;
	return text;
}

static bool shows(const char *words)
{
	top_draw(&viewer, &sheet, SECOND_NS);
	for (int row = 0; row < sheet.rows; row++)
		if (strstr(row_text(row), words))
			return true;
	return false;
}

static void shown(const char *words)
{
	cr_expect(shows(words), "\"%s\" is not on the screen", words);
}

static void type(const char *keys)
{
	for (; *keys; keys++)
		top_key(&viewer, *keys, SECOND_NS);
}

Test(top, the_main_page_shows_what_the_run_says)
{
	screen_make(24, 80);
	shown("process 4242   running   lab.yaml   for 1 min 00 s");
	shown("Lines                1,000,000");
	shown("ON_P   on primary      999,980 ######  at primary     999,980");
	shown("DOWN   down                  6 #.....");
	shown("sent             4,998  limit 5,000");
	shown("put off             12  by the limit");
	shown("failovers            3  in all 1,234");
	shown("round trip, last second        217       431         -");
	shown("round trip                     200       400         -");
	shown("detection                  2031615   2031615   2031615");
	shown("Busy       lcore 1 ###..... 37 %");
	shown("Dropped    late 10   duplicate 4");
	shown("Limits     rate_limited 12");
}

Test(top, drops_are_shown_by_the_second_once_there_are_two_answers)
{
	screen_make(24, 80);
	exchange(status_at(62000, 20), 3 * SECOND_NS);
	shown("Dropped    late 20 (5/s)   duplicate 4");
	exchange(status_at(1000, 1), 5 * SECOND_NS); // it was started again
	shown("Dropped    duplicate 4   late 1");
	cr_expect(!shows("/s)"));
}

Test(top, a_terminal_of_utf8_has_bars_and_names_as_they_are)
{
	screen_make(24, 80);
	sheet.utf8 = true;
	shown("lcore 1 ███░░░░░ 37 %");
	viewer.page = TOP_LINES;
	viewer.lines = answer("{'matched':1,'next':null,'lines':[{'number':'60\\u001b[2J\\u754c',"
			      "'state':'ON_P','server':'P','for_ms':1,'cause':'200 Größe'}]}");
	shown("60?[2J界");
	shown("200 Größe");
	sheet.utf8 = false;
	shown("60?[2J?");
	shown("200 Gr??e");
}

Test(top, nothing_is_written_beside_a_sheet_of_any_size)
{
	screen_make(24, 80);
	for (int rows = 1; rows < 30; rows++)
		for (int columns = 1; columns < 100; columns += 7) {
			cr_assert_eq(sheet_resize(&sheet, rows, columns), 0);
			for (enum top_page page = TOP_MAIN; page <= TOP_HELP; page++) {
				viewer.page = page;
				viewer.scroll = 5;
				top_draw(&viewer, &sheet, SECOND_NS);
			}
		}
	cr_assert_eq(sheet_resize(&sheet, 9, 80), 0);
	shown("80x9 is too small:");
	cr_assert_eq(sheet_resize(&sheet, 10, 64), 0);
	viewer.page = TOP_MAIN;
	shown("more rows");
}

Test(top, keys_change_the_rate_by_the_scale_and_by_ten_times_as_much)
{
	json_t *request;

	screen_make(24, 80);
	viewer.rate_scale = 3;
	type("++*-/+");
	request = top_ask_next(&viewer, 24, SECOND_NS);
	cr_expect_str_eq(json_string_value(json_object_get(request, "command")), "rate");
	cr_expect_eq(json_integer_value(json_object_get(request, "rate")), 5006);
	json_decref(request);
	top_answer(&viewer, answer("{'ok':true,'before':5000,'rate':5006}"), SECOND_NS);
	shown("rate: 5,006 requests a second at most, before 5,000");
}

Test(top, a_rate_is_never_lowered_to_no_limit)
{
	screen_make(24, 80);
	viewer.rate_scale = 4000;
	type("--");
	cr_expect_eq(viewer.rate, 1);
	type("-");
	shown("rate: cannot be lower than 1 request a second");
	type("0");
	cr_expect_eq(viewer.rate, 0);
	cr_expect(viewer.rate_wanted);
}

Test(top, without_a_limit_there_is_none_to_raise_and_one_to_set_below_what_is_sent)
{
	screen_make(24, 80);
	json_object_set_new(viewer.status, "rate", json_integer(0));
	shown("sent             4,998  no limit");
	type("+");
	cr_expect(!viewer.rate_wanted);
	shown("rate: there is no limit to raise");
	type("/");
	cr_expect_eq(viewer.rate, 4988);
}

Test(top, a_refusal_is_shown_in_full)
{
	screen_make(24, 80);
	type("p");
	cr_expect_str_eq(
		exchange(answer("{'ok':false,'error':'the run is draining: it takes no orders "
				"any more, which takes more than a row of this screen'}"),
			 SECOND_NS),
		"pause");
	shown("the run is draining: it takes no orders any more, which takes more than a row");
	shown("of this screen");
}

Test(top, pause_and_resume_take_turns)
{
	screen_make(24, 80);
	type("p");
	cr_expect_str_eq(exchange(answer("{'ok':true,'paused':true}"), SECOND_NS), "pause");
	json_object_set_new(viewer.status, "phase", json_string("paused"));
	type("p");
	cr_expect_str_eq(exchange(answer("{'ok':true,'paused':false}"), SECOND_NS), "resume");
}

Test(top, a_screen_beside_a_run_asks_before_it_ends_it)
{
	screen_make(24, 80);
	type("q");
	shown("End the run, too?");
	top_key(&viewer, KEY_OF_ESCAPE, SECOND_NS);
	cr_expect(!viewer.leaves && !viewer.drain_wanted);
	type("qn");
	cr_expect(viewer.leaves && !viewer.drain_wanted);
	viewer.leaves = false;
	type("qy");
	cr_expect(!viewer.leaves);
	cr_expect_str_eq(exchange(answer("{'ok':true,'already':false}"), SECOND_NS), "drain");
	type("q"); // it drains: nothing is asked any more
	cr_expect(viewer.leaves);
}

Test(top, the_screen_of_a_run_drains_it_and_then_ends_it_at_once)
{
	screen_make(24, 80);
	viewer.of_run = true;
	type("q");
	cr_expect(viewer.drain_wanted && !viewer.quit_again);
	viewer.drain_wanted = false;
	viewer.drained = true;
	type("q");
	cr_expect(viewer.quit_again && !viewer.leaves);
}

Test(top, a_filter_becomes_members_of_a_request)
{
	struct hl_error err;
	json_t *members;

	cr_assert_eq(
		top_filter_read("  down p 6000-6099 profile=lab domain=a.example", &members, &err),
		0, "%s", err.text);
	json_t *wanted = answer("{'state':'down','server':'p','number':'6000-6099','profile':'lab',"
				"'domain':'a.example'}");
	cr_expect(json_equal(members, wanted));
	json_decref(members);
	json_decref(wanted);
	cr_expect_eq(top_filter_read("dead", &members, &err), -EINVAL);
	cr_expect(strstr(err.text, "filter: \"dead\": allowed P, B, a number"), "%s", err.text);
	cr_expect_eq(top_filter_read("down on_p", &members, &err), -EINVAL);
	cr_expect_str_eq(err.text, "filter: state is there twice; give one");
}

static json_t *page_of(int first, int n, const char *next)
{
	json_t *reply = json_pack("{sb si ss?}", "ok", 1, "matched", 1000000, "next", next);
	json_t *rows = json_array();
	char number[16];

	for (int k = 0; k < n; k++) {
		snprintf(number, sizeof(number), "%d", first + k);
		json_array_append_new(rows, json_pack("{ss ss ss si ss}", "number", number, "state",
						      "ON_P", "server", "P", "for_ms", 5000,
						      "cause", "200 OK"));
	}
	json_object_set_new(reply, "lines", rows);
	return reply;
}

// What the page of lines is asked for.
static const char *after_asked(void)
{
	static char after[64];
	json_t *request = list_request(&viewer.list, viewer_lines_shown(24));

	snprintf(after, sizeof(after), "%s",
		 json_is_string(json_object_get(request, "after"))
			 ? json_string_value(json_object_get(request, "after"))
			 : "the start");
	json_decref(request);
	return after;
}

Test(top, lines_are_paged_by_the_cursor_of_the_run)
{
	screen_make(24, 80);
	type("2");
	cr_expect_str_eq(exchange(page_of(6000, 18, "0.17"), SECOND_NS), "lines");
	shown("1-18 of 1,000,000 lines, as configured");
	top_key(&viewer, KEY_OF_PAGE_DOWN, SECOND_NS);
	cr_expect_str_eq(after_asked(), "0.17");
	cr_expect_str_eq(exchange(page_of(6018, 18, "0.35"), SECOND_NS), "lines");
	shown("19-36 of 1,000,000 lines");
	top_key(&viewer, KEY_OF_UP, SECOND_NS); // above the first row
	cr_expect_str_eq(after_asked(), "the start");
	exchange(page_of(6000, 18, "0.17"), SECOND_NS);
	cr_expect_eq(viewer.list.selected, 17);
	top_key(&viewer, KEY_OF_DOWN, SECOND_NS);
	cr_expect_str_eq(after_asked(), "0.17");
	type("o");
	cr_expect_str_eq(after_asked(), "the start");
	exchange(page_of(6000, 18, "7.17"), SECOND_NS);
	shown("1-18 of 1,000,000 lines, latest change first");
}

Test(top, the_chosen_line_is_shown_by_itself)
{
	screen_make(24, 80);
	type("2");
	exchange(page_of(6000, 18, NULL), SECOND_NS);
	top_key(&viewer, KEY_OF_DOWN, SECOND_NS);
	top_key(&viewer, KEY_OF_ENTER, SECOND_NS);
	cr_expect_str_eq(
		exchange(answer("{'ok':true,'number':'6001','profile':'lab','state':'ON_P',"
				"'address':'10.99.1.1:50001','events':[{'ago_ms':5000,"
				"'from':'REG_P','to':'ON_P','server':'P','cause':'200 OK'}]}"),
			 SECOND_NS),
		"line show");
	shown("6001, profile lab, at 10.99.1.1:50001");
	shown("REG_P  -> ON_P    P   200 OK");
	top_key(&viewer, KEY_OF_ESCAPE, SECOND_NS);
	cr_expect_eq(viewer.page, TOP_LINES);
}

Test(top, a_typed_filter_shows_lines_from_the_first_one_on)
{
	screen_make(24, 80);
	type("fdead");
	top_key(&viewer, KEY_OF_ENTER, SECOND_NS);
	shown("filter: dead_"); // it can be mended
	for (int k = 0; k < 4; k++)
		top_key(&viewer, KEY_OF_ERASE, SECOND_NS);
	type("down");
	top_key(&viewer, KEY_OF_ENTER, SECOND_NS);
	json_t *request = top_ask_next(&viewer, 24, SECOND_NS);
	cr_expect_str_eq(json_string_value(json_object_get(request, "state")), "down");
	json_decref(request);
	top_answer(&viewer, page_of(0, 0, NULL), SECOND_NS);
	shown("no line passes the filter: down");
}

Test(top, a_server_whose_probes_fail_is_seen)
{
	screen_make(24, 80);
	type("3");
	cr_expect_str_eq(
		exchange(
			answer("{'ok':true,'servers':[{'profile':'lab','server':'P','address':"
			       "'10.99.0.1:5060','registered':90,'locked':0,'failing':7},{'profile':"
			       "'lab','server':'B','address':'10.99.0.2:5060','registered':10,"
			       "'locked':5,'failing':0},{'profile':'far','server':'P','address':"
			       "'10.99.0.3:5060','registered':0,'locked':0,'failing':10}]}"),
			SECOND_NS),
		"server list");
	shown("lab        P  10.99.0.1:5060               90        0        7  probes fail");
	shown("lab        B  10.99.0.2:5060               10        5        0  answers");
	shown("far        P  10.99.0.3:5060                0        0       10  silent");
}

Test(top, a_run_that_has_gone_is_away_until_one_answers_again)
{
	screen_make(24, 80);
	top_away(&viewer);
	shown("the run is AWAY; looking for it");
	type("+");
	cr_expect(!viewer.rate_wanted);
	top_back(&viewer, 2 * SECOND_NS);
	cr_expect_str_eq(exchange(status_at(100, 0), 2 * SECOND_NS), "status");
	shown("process 4242   running");
}
