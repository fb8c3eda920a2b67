// SPDX-License-Identifier: BSD-3-Clause
// From the facts of a run to verdict, reasons and exit code.

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "report/judge.h"

static const struct report good = {
	.up = { .lines = 10, .registered = 10, .on_primary = 10 },
	.end = { .lines = 10, .finals = { [HL_REGISTER] = 40 } },
};

struct row {
	const char *what;
	struct outcome outcome;
	uint64_t leftovers, maybe_left, finals;
	bool timed_out, phase_failed;
	const char *verdict;
	int code;
	const char *reason; // part of one of them; NULL: there is none
};

// clang-format off
static const struct row rows[] = {
	{ "all well", .finals = 40, .verdict = "ok" },
	{ "a short outage", { .ever_down = 9, .down_ms = 9000 }, .finals = 40, .verdict = "ok" },
	{ "one too long", { .ever_down = 1, .too_long = 1, .worst_too_long = { 20100, 4000, 4 } },
	  .finals = 40, .verdict = "degraded", .code = 1,
	  .reason = "1 line was down longer than the worst case of a switch, 4.0 s: up to 20.1 s" },
	{ "two too long", { .ever_down = 2, .too_long = 2 }, .finals = 40, .verdict = "degraded", .code = 1,
	  .reason = "2 lines were down longer than" },
	{ "never registered", { .never = 538 }, .finals = 462, .verdict = "failed", .code = 1,
	  .reason = "538 lines were never registered" },
	{ "not started", { .not_started = 5 }, .finals = 40, .verdict = "ok" },
	{ "just started", { .starting = 5 }, .finals = 40, .verdict = "ok" },
	{ "moving", { .switching = 5, .ever_down = 5 }, .finals = 40, .verdict = "ok" },
	{ "lost", { .lost = 2, .ever_down = 2 }, .finals = 40, .verdict = "failed", .code = 1,
	  .reason = "2 lines lost the registration" },
	{ "lost and too long", { .lost = 2, .too_long = 2 }, .finals = 40, .verdict = "failed", .code = 1,
	  .reason = "longer than the worst case" },
	{ "left over", .leftovers = 1, .finals = 40, .verdict = "failed", .code = 1,
	  .reason = "1 binding could not be removed" },
	{ "maybe left", .maybe_left = 4, .finals = 40, .verdict = "ok" },
	{ "a phase", .phase_failed = true, .finals = 40, .verdict = "failed", .code = 1,
	  .reason = "a phase did not end" },
	{ "the drain", { .lost = 1 }, .timed_out = true, .finals = 40, .verdict = "timed out", .code = 97,
	  .reason = "did not end in time" },
	{ "no answer", { .never = 10 }, .verdict = "failed", .code = 1, .reason = "not one answer came" },
	{ "no time", { .not_started = 7, .starting = 3 }, .verdict = "nothing processed", .code = 99,
	  .reason = "before any line had the time" },
	{ "no time but for one", { .not_started = 7, .starting = 2, .never = 1 }, .verdict = "failed",
	  .code = 1, .reason = "not one answer came" },
	{ "no time, and the drain", { .not_started = 10 }, .timed_out = true, .verdict = "timed out",
	  .code = 97, .reason = "did not end in time" },
};
// clang-format on

Test(judge, facts_and_their_verdict)
{
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		struct report r = good;
		struct judgement j;
		bool said = row->reason == NULL;

		r.outcome = row->outcome;
		r.leftovers = row->leftovers;
		r.maybe_left = row->maybe_left;
		r.end.finals[HL_REGISTER] = row->finals;
		r.timed_out = row->timed_out;
		r.phase_failed = row->phase_failed;
		judge(&r, &j);
		cr_expect_str_eq(verdict_name(j.verdict), row->verdict, "%s: %s", row->what,
				 verdict_name(j.verdict));
		cr_expect_eq(verdict_exit_code(j.verdict), row->code, "%s", row->what);
		cr_expect_eq(j.n_reasons == 0, j.verdict == VERDICT_OK, "%s", row->what);
		for (unsigned k = 0; k < j.n_reasons; k++)
			said |= row->reason && strstr(j.reasons[k], row->reason);
		cr_expect(said, "%s: not said: %s", row->what, row->reason);
	}
}

Test(judge, a_search_is_judged_by_what_it_found_and_not_by_its_lines)
{
	static struct find_report find = { .end = "the generator was the limit", .why = "late" };
	struct report r = good;
	struct judgement j;

	r.find = &find;
	r.outcome = (struct outcome){ .never = 5, .too_long = 3 };
	judge(&r, &j);
	cr_expect_eq(j.verdict, VERDICT_FAILED);
	cr_assert_eq(j.n_reasons, 1);
	cr_expect_str_eq(j.reasons[0], "find-max: the generator was the limit: late");
	find.is_enough = true;
	judge(&r, &j);
	cr_expect_eq(j.verdict, VERDICT_OK);
	find = (struct find_report){ .end = "found", .is_found = true };
	judge(&r, &j);
	cr_expect_eq(j.verdict, VERDICT_OK);
}

static bool hinted(const struct report *r, const char *said);

Test(judge, a_pause_is_named)
{
	struct report r = good;

	cr_expect(!hinted(&r, "paused"));
	r.pauses = 2;
	r.paused_ms = 1250;
	cr_expect(hinted(&r, "the run was paused 2 times, for 1.2 s in all") ||
		  hinted(&r, "the run was paused 2 times, for 1.3 s in all"));
}

static bool hinted(const struct report *r, const char *said)
{
	struct judgement j;

	judge(r, &j);
	for (unsigned k = 0; k < j.n_hints; k++)
		if (strstr(j.hints[k], said))
			return true;
	return false;
}

Test(judge, a_primary_that_answers_no_options_is_told_with_the_key_that_cures_it)
{
	struct report r = good;

	r.end.timeouts[HL_OPTIONS] = 30;
	r.left_silent_primary = 10;
	cr_expect(hinted(&r, "primary_detect_interval: 0"));
	r.end.finals[HL_OPTIONS] = 1; // it does answer some
	cr_expect(!hinted(&r, "primary_detect_interval"));
	r.end.finals[HL_OPTIONS] = 0;
	r.left_silent_primary = 0; // it never answered a REGISTER either
	cr_expect(!hinted(&r, "primary_detect_interval"));
	r.left_silent_primary = 10;
	r.end.timeouts[HL_OPTIONS] = 0; // the REGISTERs timed out
	cr_expect(!hinted(&r, "primary_detect_interval"));
}

Test(judge, a_link_that_was_down_is_told_and_one_that_is_down_fails_the_run)
{
	struct report r = good;
	struct judgement j = { 0 };

	r.link_downs = 2;
	r.link_down_ms = 3400;
	cr_expect(hinted(&r, "the link of a port was down 2 times, for 3.4 s in all"));
	judge(&r, &j);
	cr_expect_eq(j.verdict, VERDICT_OK);
	r.link_is_down = true;
	j = (struct judgement){ 0 };
	judge(&r, &j);
	cr_expect_eq(j.verdict, VERDICT_FAILED);
	cr_expect_str_eq(j.reasons[0], "the link of a port was down when the run ended");
}

Test(judge, answers_that_all_have_a_wrong_checksum_are_told_with_the_cure)
{
	struct report r = good;

	r.end.drops[HL_DROP_BAD_CHECKSUM] = 4;
	cr_expect(!hinted(&r, "ethtool"));
	r.end.finals[HL_REGISTER] = 0;
	cr_expect(hinted(&r, "ethtool"));
}

static struct hl_line_account account_random(struct hl_state *state)
{
	struct hl_line_account a = {
		.registered_once = random() % 2,
		.switch_ms = 1000 + random() % 5000,
		.timeout_ms = 2000,
		.age_ms = random() % 4000,
	};

	*state = (struct hl_state){ .state = random() % HL_LINE_STATES };
	if (random() % 2)
		state->code = random() % 2 ? HL_CODE_TIMEOUT : 503;
	if (a.registered_once && random() % 2) {
		a.longest_ms = 1 + random() % (2 * a.switch_ms);
		a.down_ms = a.longest_ms + random() % 1000;
		a.down = random() % 2;
		a.lasts_ms = a.down ? a.longest_ms : 0;
	}
	return a;
}

// Runs of any lines in any state: "ok" means that nobody was down for too long, gave up, or was never
// registered though it had the time.
Test(judge, no_run_with_a_line_down_beyond_its_worst_case_is_ever_ok)
{
	unsigned ok = 0, degraded = 0;

	srandom(1);
	for (unsigned run = 0; run < 20000; run++) {
		struct report r = good;
		struct judgement j;
		bool beyond = false, gave_up = false, too_late = false;
		uint32_t n = 1 + random() % 3;

		r.up.lines = n;
		for (uint32_t line = 0; line < n; line++) {
			struct hl_state s;
			struct hl_line_account a = account_random(&s);
			outcome_add(&r.outcome, line, &s, &a);
			beyond |= a.longest_ms > a.switch_ms;
			gave_up |= s.state == HL_DOWN || s.state == HL_PARK;
			too_late |= !a.registered_once &&
				    (s.state == HL_REG_P || s.state == HL_SW_B) &&
				    a.age_ms >= a.timeout_ms;
		}
		judge(&r, &j);
		outcome_free(&r.outcome);
		cr_assert(!beyond || j.verdict != VERDICT_OK);
		cr_assert(!gave_up || j.verdict == VERDICT_FAILED);
		cr_assert(!too_late || j.verdict == VERDICT_FAILED);
		ok += j.verdict == VERDICT_OK;
		degraded += j.verdict == VERDICT_DEGRADED;
	}
	cr_assert(ok > 1000 && degraded > 1000, "both were met: %u, %u", ok, degraded);
}
