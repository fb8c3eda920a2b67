// SPDX-License-Identifier: BSD-3-Clause
// When alerts fire and clear, what they look at, and how a command is told.

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/wait.h>

#include <criterion/criterion.h>

#include "alerts/deliver.h"
#include "alerts/figures.h"
#include "alerts/rule.h"
#include "alerts/tell.h"

static const struct hl_alert above = { .above = 10, .clear = 5, .for_ms = 3000 };
static const struct hl_alert below = { .below = 90, .is_below = true, .clear = 95, .for_ms = 0 };

Test(alerts, it_fires_when_it_was_so_for_its_time_without_a_break)
{
	struct rule r = { .alert = &above };

	cr_expect_eq(rule_look(&r, 11, 1000), RULE_STAYS);
	cr_expect_eq(rule_look(&r, 12, 3999), RULE_STAYS);
	cr_expect_eq(rule_look(&r, 10, 4000), RULE_STAYS, "at the threshold is not above it");
	cr_expect_eq(rule_look(&r, 11, 5000), RULE_STAYS);
	cr_expect_eq(rule_look(&r, 11, 7999), RULE_STAYS);
	cr_expect_eq(rule_look(&r, 11, 8000), RULE_FIRES);
	cr_expect_eq(r.since_ms, 5000);
	cr_expect_eq(rule_look(&r, 11, 9000), RULE_STAYS, "once");
}

Test(alerts, it_clears_at_another_threshold_and_what_is_between_changes_nothing)
{
	struct rule r = { .alert = &above };

	rule_look(&r, 11, 1000);
	cr_assert_eq(rule_look(&r, 11, 4000), RULE_FIRES);
	cr_expect_eq(rule_look(&r, 9, 5000), RULE_STAYS);
	cr_expect_eq(rule_look(&r, 30, 6000), RULE_STAYS);
	cr_expect_eq(rule_look(&r, 5.1, 7000), RULE_STAYS);
	cr_expect_eq(rule_look(&r, 5, 8000), RULE_CLEARS);
	cr_expect_eq(rule_look(&r, 9, 9000), RULE_STAYS);
	cr_expect_eq(r.state, RULE_CLEAR);
}

Test(alerts, below_is_the_other_way_round_and_without_a_time_it_fires_at_once)
{
	struct rule r = { .alert = &below };

	cr_expect_eq(rule_look(&r, 90, 1000), RULE_STAYS);
	cr_expect_eq(rule_look(&r, 89, 2000), RULE_FIRES);
	cr_expect_eq(rule_look(&r, 94, 3000), RULE_STAYS);
	cr_expect_eq(rule_look(&r, 95, 4000), RULE_CLEARS);
}

Test(alerts, without_a_value_nothing_begins_and_nothing_ends)
{
	struct rule r = { .alert = &above };

	rule_look(&r, 11, 1000);
	cr_expect_eq(rule_look(&r, NAN, 3000), RULE_STAYS);
	cr_expect_eq(rule_look(&r, 11, 4000), RULE_STAYS, "it has begun anew");
	cr_expect_eq(rule_look(&r, 11, 7000), RULE_FIRES);
	cr_expect_eq(rule_look(&r, NAN, 8000), RULE_STAYS);
	cr_expect_eq(r.state, RULE_FIRING);
}

Test(alerts, shares_are_of_lines_that_are_on_and_of_the_profile)
{
	struct figure_lines lines[2] = { 0 };
	struct figures f = { .lines = lines, .n_profiles = 2 };
	struct hl_alert a = { .figure = HL_ALERT_LINES_DOWN, .profile_index = UINT32_MAX };
	static const struct {
		unsigned profile;
		struct hl_state state;
	} all[] = {
		{ 0, { .state = HL_ON_P } },
		{ 0, { .state = HL_ON_B, .fails = 3 } },
		{ 0, { .state = HL_DOWN, .fails = 1 } },
		{ 0, { .state = HL_OFF } },
		{ 0, { .state = HL_DOWN, .slot = HL_SLOT_FREE } },
		{ 1, { .state = HL_SW_P } },
		{ 1, { .state = HL_HOLD_B } },
		{ 1, { .state = HL_ON_P } },
		{ 1, { .state = HL_PARK } },
		{ 1, { .state = HL_SW_B } },
	};

	cr_expect(isnan(figure_value(&f, &a)), "no lines yet");
	for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++)
		figure_count(&lines[all[i].profile], &all[i].state);
	cr_expect_float_eq(figure_value(&f, &a), 37.5, 1e-9);
	a.profile_index = 1;
	cr_expect_float_eq(figure_value(&f, &a), 40, 1e-9);
	a.figure = HL_ALERT_SERVER_UNREACHABLE;
	cr_expect_float_eq(figure_value(&f, &a), 0, 1e-9);
	a.profile_index = 0;
	cr_expect_float_eq(figure_value(&f, &a), 200.0 / 3, 1e-9);
}

Test(alerts, rates_are_of_the_last_minute)
{
	static struct hl_snapshot s;
	struct figures f = { 0 };
	struct hl_alert flaps = { .figure = HL_ALERT_FLAPS },
			failovers = { .figure = HL_ALERT_FAILOVERS },
			success = { .figure = HL_ALERT_REGISTRATION_SUCCESS };

	cr_expect_eq(figure_value(&f, &flaps), 0);
	cr_expect(isnan(figure_value(&f, &success)), "nothing was asked");
	for (unsigned second = 0; second <= 200; second++) {
		s.flaps = 2 * second;
		s.failovers = second < 100 ? 0 : 7;
		s.registrations = 3 * second;
		s.failed_registrations = second < 150 ? 0 : second - 150;
		figures_second(&f, &s);
		if (second == 10)
			cr_expect_eq(figure_value(&f, &flaps), 20, "of its whole time");
		if (second == 100 || second == 159)
			cr_expect_eq(figure_value(&f, &failovers), 7, "%u", second);
	}
	cr_expect_eq(figure_value(&f, &flaps), 120);
	cr_expect_eq(figure_value(&f, &failovers), 0);
	cr_expect_float_eq(figure_value(&f, &success), 100.0 * 180 / (180 + 50), 1e-9);
}

static struct tell_limit limit;
static char problem[TELL_ROOM];

static bool told(const char *script, const char *json)
{
	char sh[] = "/bin/sh", c[] = "-c", text[300];
	char *const command[] = { sh, c, text, NULL };

	snprintf(text, sizeof(text), "%s", script);
	return tell_command(&limit, command, json, problem);
}

Test(alerts, a_command_gets_the_alert_as_its_input_and_nothing_else)
{
	char name[] = "/tmp/hl-alert-XXXXXX", script[200], text[200] = "";

	close(mkstemp(name));
	setenv("HEARTLINE_PASSWORD", "secret", 1);
	cr_assert_geq(dup2(0, 77), 0); // as a driver leaves one open
	snprintf(script, sizeof(script),
		 "{ cat; ls /proc/self/fd | wc -l; echo $HEARTLINE_PASSWORD-; } >%s", name);
	cr_expect(told(script, "{\"alert\":\"a\"}\n"), "%s", problem);
	FILE *file = fopen(name, "r");
	size_t n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = 0;
	fclose(file);
	unlink(name);
	cr_expect_str_eq(text, "{\"alert\":\"a\"}\n4\n-\n", "0 to 2, and that of ls itself");
}

Test(alerts, a_command_that_fails_is_told_apart)
{
	char none[] = "/nowhere/page";
	char *const command[] = { none, NULL };

	cr_expect_not(told("exit 3", "{}"));
	cr_expect_str_eq(problem, "it ended with exit code 3");
	cr_expect_not(told("kill -TERM $$", "{}"));
	cr_expect_str_eq(problem, "it was ended by signal 15");
	cr_expect_not(tell_command(&limit, command, "{}", problem));
	cr_expect_str_eq(problem, "it cannot be started: No such file or directory");
	cr_expect(told("exit 0", "{}"), "one that reads nothing");
}

// With all that it has started, which comes to this process once its parent is gone.
Test(alerts, a_command_is_killed_when_the_run_ends, .timeout = 30)
{
	char name[] = "/tmp/hl-alert-XXXXXX", script[200];

	cr_assert_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	close(mkstemp(name));
	tell_limit_set(&limit, 300);
	snprintf(script, sizeof(script), "sleep 600 & echo $! >%s; wait", name);
	cr_expect_not(told(script, "{}"));
	cr_expect_str_eq(problem, "it was killed: it took longer than the run");
	FILE *file = fopen(name, "r");
	int pid = 0;
	cr_assert_eq(fscanf(file, "%d", &pid), 1);
	fclose(file);
	unlink(name);
	int status;
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

Test(alerts, a_webhook_that_nobody_serves_is_a_problem_that_may_pass)
{
	struct hl_error err;
	bool again = false;

	cr_assert_eq(tell_init(&err), 0);
	cr_expect_not(tell_webhook(&limit, "http://127.0.0.1:1/", "{}", &again, problem));
	cr_expect(again);
	cr_expect_str_eq(problem, "Couldn't connect to server");
	cr_expect_not(tell_webhook(&limit, "file:///etc/passwd", "{}", &again, problem));
}

// What is behind a command that takes long waits, up to a number.
Test(alerts, deliveries_that_find_no_room_are_counted)
{
	char sh[] = "/bin/sh", c[] = "-c", text[] = "exec sleep 600";
	char *command[] = { sh, c, text, NULL };
	char name[] = "a";
	const struct hl_alert a = { .name = name, .command = command };
	struct delivery *d;
	struct delivery_counts counts;
	struct hl_error err;

	cr_assert_eq(delivery_start(&d, &err), 0, "%s", err.text);
	for (unsigned k = 0; k < 100; k++)
		delivery_put(d, &a, "{}");
	delivery_count(d, &counts);
	cr_expect(counts.failed >= 35 && counts.failed <= 36, "%d", (int)counts.failed);
	delivery_stop(d, &counts);
	cr_expect_eq(counts.delivered, 0);
	cr_expect_geq(counts.failed, 100, "%d", (int)counts.failed);
}
