// SPDX-License-Identifier: BSD-3-Clause
// What each measure is taken from, what is met and what is missed, and what has no value at all.

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "report/judge.h"
#include "report/report_print.h"

// Ten lines, all registered, of which one was down for 2 s.
static struct hl_snapshot lines = {
	.lines = 10, .registered = 10, .on_primary = 9, .on_backup = 1
};
static struct hl_snapshot end, begin;
static struct outcome outcome;
static struct measured m = { .end = &end, .lines = &lines, .outcome = &outcome };

// Of a few microseconds, each of which has a bucket of its own.
static void sample(struct hl_hist *hist, unsigned us, uint64_t n)
{
	cr_assert_lt(us, HL_HIST_SUB);
	hist->bucket[us] += n;
}

static void live(void)
{
	end.registered_once = 10;
	end.rx_packets = 100;
	end.requests[HL_REGISTER] = 30;
	end.finals[HL_REGISTER] = 27;
	end.timeouts[HL_REGISTER] = 3;
}

static void value_expect(enum hl_measure measure, double want)
{
	double value;
	const char *why = measure_take(measure, &m, &value);

	cr_assert_null(why, "%s: %s", hl_measure_name(measure), why);
	cr_expect(fabs(value - want) < 1e-9, "%s: %f, wanted %f", hl_measure_name(measure), value,
		  want);
}

static void none_expect(enum hl_measure measure, const char *want)
{
	double value = 1;
	const char *why = measure_take(measure, &m, &value);

	cr_assert_not_null(why, "%s has a value: %f", hl_measure_name(measure), value);
	cr_expect_str_eq(why, want);
	cr_expect_eq(value, 0);
}

Test(expected, each_measure_has_its_figure)
{
	live();
	end.failovers = 3;
	end.returns = 2;
	end.flaps = 1;
	end.retransmissions[HL_OPTIONS] = 5;
	end.responses[5] = 2;
	end.responses[6] = 1;
	end.drops[HL_DROP_LATE] = 4;
	end.limits[HL_LIMIT_RX_MISSED] = 2;
	outcome.never = 1;
	outcome.lost = 2;
	m.down = (struct downtime){ .lines = 4, .total_ms = 9000, .longest_ms = 2000 };
	m.took_ns = 2000000000;
	m.leftovers = 7;
	m.offered_rate = 200;
	m.achieved_rate = 150;
	value_expect(HL_MEASURE_REGISTERED, 100);
	value_expect(HL_MEASURE_ON_PRIMARY, 90);
	value_expect(HL_MEASURE_ON_BACKUP, 10);
	value_expect(HL_MEASURE_FAILED_LINES, 3);
	value_expect(HL_MEASURE_DOWN_LINES, 4);
	value_expect(HL_MEASURE_OUTAGE_TOTAL, 9000000);
	value_expect(HL_MEASURE_OUTAGE_MAX, 2000000);
	value_expect(HL_MEASURE_FAILOVERS, 3);
	value_expect(HL_MEASURE_RETURNS, 2);
	value_expect(HL_MEASURE_FLAPS, 1);
	value_expect(HL_MEASURE_ANSWERED, 90);
	value_expect(HL_MEASURE_TIMEOUTS, 3);
	value_expect(HL_MEASURE_RETRANSMISSIONS, 5);
	value_expect(HL_MEASURE_ERRORS, 3);
	value_expect(HL_MEASURE_DROPS, 6);
	value_expect(HL_MEASURE_LEFTOVERS, 7);
	value_expect(HL_MEASURE_ACHIEVED, 75);
	value_expect(HL_MEASURE_REQUEST_RATE, 15);
	value_expect(HL_MEASURE_ANSWER_RATE, 13.5);
}

Test(expected, a_time_of_a_distribution_covers_both_of_round_trips)
{
	live();
	sample(&end.rtt_first, 7, 99);
	sample(&end.rtt_retransmitted, 12, 1);
	sample(&end.switching, 9, 1);
	value_expect(HL_MEASURE_RTT_P50, 7);
	value_expect(HL_MEASURE_RTT_P99, 7);
	value_expect(HL_MEASURE_RTT_P999, 12);
	value_expect(HL_MEASURE_RTT_MAX, 12);
	value_expect(HL_MEASURE_SWITCH_P50, 9);
	value_expect(HL_MEASURE_SWITCH_MAX, 9);
}

Test(expected, between_two_moments_only_what_was_added_counts)
{
	live();
	m.begin = &begin;
	begin.requests[HL_REGISTER] = 10;
	begin.finals[HL_REGISTER] = 10;
	begin.failovers = 5;
	end.failovers = 7;
	sample(&begin.rtt_first, 12, 50);
	sample(&end.rtt_first, 12, 50);
	none_expect(HL_MEASURE_RTT_MAX, "no request was answered");
	sample(&end.rtt_first, 3, 1);
	value_expect(HL_MEASURE_RTT_MAX, 3);
	value_expect(HL_MEASURE_FAILOVERS, 2);
	value_expect(HL_MEASURE_ANSWERED, 85);
}

Test(expected, what_did_not_happen_has_no_value)
{
	none_expect(HL_MEASURE_OUTAGE_TOTAL, "no line was ever registered");
	none_expect(HL_MEASURE_OUTAGE_MAX, "no line was ever registered");
	none_expect(HL_MEASURE_FAILOVERS, "no line was ever registered");
	none_expect(HL_MEASURE_TIMEOUTS, "nothing was sent");
	none_expect(HL_MEASURE_FAILED_LINES, "nothing was sent");
	none_expect(HL_MEASURE_DROPS, "nothing was received");
	none_expect(HL_MEASURE_ANSWERED, "no request was answered or given up");
	none_expect(HL_MEASURE_ACHIEVED, "no line was started");
	none_expect(HL_MEASURE_REQUEST_RATE, "no line was started");
	none_expect(HL_MEASURE_RTT_P99, "no request was answered");
	none_expect(HL_MEASURE_DETECTION_P99, "no registered line gave a server up");
	none_expect(HL_MEASURE_SWITCH_P99, "no outage ended with a registration");
	none_expect(HL_MEASURE_RETURN_P99, "no line returned to the primary");
	none_expect(HL_MEASURE_LATENESS_P99, "no registration was refreshed");
	outcome.not_started = 1;
	none_expect(HL_MEASURE_ACHIEVED, "the ramp was not over");
	lines.lines = 0;
	none_expect(HL_MEASURE_REGISTERED, "the run has no lines");
}

static struct expected judged(enum hl_measure measure, enum hl_bound bound, double target)
{
	const struct hl_expectations expect = { 1, { { measure, bound, target } } };
	struct expected_list list;

	expected_judge(&list, &expect, &m);
	return list.of[0];
}

Test(expected, a_threshold_itself_is_met)
{
	struct expected x;

	live();
	end.failovers = 3;
	cr_expect_eq(judged(HL_MEASURE_FAILOVERS, HL_AT_MOST, 3).result, EXPECTED_MET);
	cr_expect_eq(judged(HL_MEASURE_FAILOVERS, HL_AT_LEAST, 3).result, EXPECTED_MET);
	cr_expect_eq(judged(HL_MEASURE_FAILOVERS, HL_EXACTLY, 3).result, EXPECTED_MET);
	cr_expect_eq(judged(HL_MEASURE_FAILOVERS, HL_EXACTLY, 4).result, EXPECTED_MISSED);
	x = judged(HL_MEASURE_FAILOVERS, HL_AT_MOST, 2);
	cr_expect_eq(x.result, EXPECTED_MISSED);
	cr_expect_eq(expected_margin(&x), -1);
	x = judged(HL_MEASURE_FAILOVERS, HL_AT_LEAST, 5);
	cr_expect_eq(x.result, EXPECTED_MISSED);
	cr_expect_eq(expected_margin(&x), -2);
	x = judged(HL_MEASURE_FAILOVERS, HL_EXACTLY, 3);
	cr_expect(!signbit(expected_margin(&x)), "0 has no sign");
	x = judged(HL_MEASURE_FAILOVERS, HL_AT_MOST, 10);
	cr_expect_eq(expected_margin(&x), 7);
	// No time at all is below any threshold, and yet not met.
	cr_expect_eq(judged(HL_MEASURE_SWITCH_P99, HL_AT_MOST, 5e6).result, EXPECTED_NOT_MEASURED);
}

// A report with one expectation of a result, and lines that failed.
static struct judgement judgement_of(enum hl_measure measure, enum expected_result result)
{
	static struct report r;
	struct judgement j;

	r = (struct report){ .up = { .lines = 10 }, .end = { .finals = { [HL_REGISTER] = 9 } } };
	r.outcome.never = 1;
	r.outcome.too_long = 2;
	r.leftovers = 3;
	r.expected.n = 1;
	r.expected.of[0] = (struct expected){ .of.measure = measure,
					      .result = result,
					      .why = result == EXPECTED_NOT_MEASURED ? "x" : NULL };
	judge(&r, &j);
	return j;
}

static bool said(char texts[][REASON_ROOM], unsigned n, const char *text)
{
	for (unsigned i = 0; i < n; i++)
		if (strstr(texts[i], text))
			return true;
	return false;
}

Test(expected, an_expectation_takes_the_place_of_the_verdict_on_its_measure_and_of_no_other)
{
	struct judgement j = judgement_of(HL_MEASURE_REGISTERED, EXPECTED_MET);

	cr_expect(!said(j.reasons, j.n_reasons, "never registered"));
	cr_expect(said(j.hints, j.n_hints, "1 line was never registered; what is expected of it"));
	cr_expect(said(j.reasons, j.n_reasons, "2 lines were down longer"));
	cr_expect(said(j.reasons, j.n_reasons, "3 bindings could not"));
	j = judgement_of(HL_MEASURE_OUTAGE_MAX, EXPECTED_MET);
	cr_expect(said(j.reasons, j.n_reasons, "never registered"));
	cr_expect(!said(j.reasons, j.n_reasons, "down longer"));
	j = judgement_of(HL_MEASURE_LEFTOVERS, EXPECTED_MET);
	cr_expect(!said(j.reasons, j.n_reasons, "could not be removed"));
	j = judgement_of(HL_MEASURE_RTT_P99, EXPECTED_MET);
	cr_expect_eq(j.n_reasons, 3);
}

Test(expected, what_was_missed_or_not_measured_fails_the_run)
{
	struct judgement j = judgement_of(HL_MEASURE_RTT_P99, EXPECTED_MISSED);

	cr_expect_eq(j.verdict, VERDICT_FAILED);
	cr_expect(said(j.reasons, j.n_reasons, "1 of 1 expectations was missed: rtt_p99"));
	j = judgement_of(HL_MEASURE_SWITCH_P99, EXPECTED_NOT_MEASURED);
	cr_expect_eq(j.verdict, VERDICT_FAILED);
	cr_expect(said(j.reasons, j.n_reasons, "1 of 1 expectations was not measured: switch_p99"));
}

Test(expected, the_table_has_target_value_and_margin)
{
	const struct hl_expectations expect = {
		3,
		{ { HL_MEASURE_FAILOVERS, HL_AT_MOST, 2 },
		  { HL_MEASURE_REGISTERED, HL_AT_LEAST, 100 },
		  { HL_MEASURE_SWITCH_P99, HL_AT_MOST, 5e6 } },
	};
	struct expected_list list;
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	live();
	end.failovers = 3;
	expected_judge(&list, &expect, &m);
	expected_print(&list, "expected", to);
	fclose(to);
	cr_expect_str_eq(
		text,
		"  expected     measure               target               value          margin         "
		"result\n"
		"               failovers             at most 2            3              -1             "
		"MISSED\n"
		"               registered            at least 100 %       100 %          0 %            "
		"met\n"
		"               switch_p99            at most 5 s          -              -              "
		"not measured: no outage ended with a registration\n",
		"%s", text);
	free(text);
}
