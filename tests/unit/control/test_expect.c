// SPDX-License-Identifier: BSD-3-Clause
// Expectations of a file and of flags: what they mean, and what is refused.

#include <string.h>

#include "refused.h"

#define EXPECT(text) PORTS PROFILES LINES "expect:\n" text

static const struct hl_expectation *find(const struct hl_expectations *e, enum hl_measure measure)
{
	for (uint32_t i = 0; i < e->n; i++)
		if (e->of[i].measure == measure)
			return &e->of[i];
	return NULL;
}

static void expectation_expect(const struct hl_expectations *e, enum hl_measure measure,
			       enum hl_bound bound, double target)
{
	const struct hl_expectation *x = find(e, measure);

	cr_assert_not_null(x, "%s", hl_measure_name(measure));
	cr_expect_eq(x->bound, bound, "%s", hl_measure_name(measure));
	cr_expect_eq(x->target, target, "%s: %f", hl_measure_name(measure), x->target);
}

Test(expect, each_kind_of_measure_has_its_unit_and_its_direction)
{
	struct hl_config c;

	config_read(&c, EXPECT("  registered: 99.5%\n  switch_p99: 5s\n  rtt_p50: 511us\n"
			       "  rtt_p99: 2.5ms\n  return_max: 2 min\n  outage_total: 0\n"
			       "  drops: 0\n  failovers: exactly 10\n  returns: at least 3\n"
			       "  request_rate: 5000\n  answer_rate: at most 100.5/s\n"));
	cr_assert_eq(c.expect.n, 11);
	expectation_expect(&c.expect, HL_MEASURE_REGISTERED, HL_AT_LEAST, 99.5);
	expectation_expect(&c.expect, HL_MEASURE_SWITCH_P99, HL_AT_MOST, 5000000);
	expectation_expect(&c.expect, HL_MEASURE_RTT_P50, HL_AT_MOST, 511);
	expectation_expect(&c.expect, HL_MEASURE_RTT_P99, HL_AT_MOST, 2500);
	expectation_expect(&c.expect, HL_MEASURE_RETURN_MAX, HL_AT_MOST, 120000000);
	expectation_expect(&c.expect, HL_MEASURE_OUTAGE_TOTAL, HL_AT_MOST, 0);
	expectation_expect(&c.expect, HL_MEASURE_DROPS, HL_AT_MOST, 0);
	expectation_expect(&c.expect, HL_MEASURE_FAILOVERS, HL_EXACTLY, 10);
	expectation_expect(&c.expect, HL_MEASURE_RETURNS, HL_AT_LEAST, 3);
	expectation_expect(&c.expect, HL_MEASURE_REQUEST_RATE, HL_AT_LEAST, 5000);
	expectation_expect(&c.expect, HL_MEASURE_ANSWER_RATE, HL_AT_MOST, 100.5);
	hl_config_free(&c);
}

Test(expect, nothing_is_expected_by_itself)
{
	struct hl_config c;

	config_read(&c, PORTS PROFILES LINES);
	cr_expect_eq(c.expect.n, 0);
	hl_config_free(&c);
}

Test(expect, what_makes_no_sense_is_refused_where_it_stands)
{
	static const struct refused cases[] = {
		{ EXPECT("  registeredd: 100%\n"),
		  "lab.yaml:10:3: error: registeredd: unknown key in expect; did you mean registered?\n"
		  "   10 |   registeredd: 100%\n"
		  "      |   ^~ allowed: registered, on_primary, on_backup, failed_lines, down_lines, "
		  "outage_total, outage_max, failovers, returns, flaps, answered, timeouts, "
		  "retransmissions, errors, drops, leftovers, achieved, request_rate, answer_rate, "
		  "rtt_p50, rtt_p99, rtt_p999, rtt_max, detection_p50, detection_p99, detection_p999, "
		  "detection_max, switch_p50, switch_p99, switch_p999, switch_max, return_p50, "
		  "return_p99, return_p999, return_max, refresh_lateness_p50, refresh_lateness_p99, "
		  "refresh_lateness_p999, refresh_lateness_max" },
		{ EXPECT("  registered: 100\n"),
		  "lab.yaml:10:15: error: registered: \"100\" has no unit\n"
		  "   10 |   registered: 100\n"
		  "      |               ^~ as in 99.5%" },
		{ EXPECT("  registered: 100.1%\n"),
		  "lab.yaml:10:15: error: registered: 100.1% is more than there can be\n"
		  "   10 |   registered: 100.1%\n"
		  "      |               ^~ allowed: 0%..100%" },
		{ EXPECT("  rtt_p99: 2 sec\n"),
		  "lab.yaml:10:12: error: rtt_p99: \"2 sec\" is no value of it\n"
		  "   10 |   rtt_p99: 2 sec\n"
		  "      |            ^~ allowed: a time in us, ms, s, min or h (at most), as in 5s or at "
		  "least 5s" },
		{ EXPECT("  rtt_p99: exactly 2s\n"),
		  "lab.yaml:10:12: error: rtt_p99: exactly is for what is counted, and this is measured\n"
		  "   10 |   rtt_p99: exactly 2s\n"
		  "      |            ^~ allowed: at most, at least" },
		{ EXPECT("  drops: 0.5\n"),
		  "lab.yaml:10:10: error: drops: 0.5 is not a whole number\n"
		  "   10 |   drops: 0.5\n"
		  "      |          ^~ as in 0" },
		{ EXPECT("  drops: [0]\n"),
		  "lab.yaml:10:10: error: expect.drops is a list, where a single value is needed\n"
		  "   10 |   drops: [0]\n"
		  "      |          ^~" },
		{ PORTS PROFILES LINES "expect: 100%\n",
		  "lab.yaml:9:9: error: expect is a single value, where a mapping of keys to values is "
		  "needed\n"
		  "    9 | expect: 100%\n"
		  "      |         ^~" },
	};
	EXPECT_ALL(cases);
}

Test(expect, a_flag_replaces_what_the_file_expects_of_that_measure)
{
	struct hl_error err = { 0 };
	struct hl_config c;

	config_read(&c, EXPECT("  registered: 99%\n  drops: 0\n"));
	cr_expect_eq(hl_expect_set(&c.expect, "registered=at least 98%", &err), 0, "%s", err.text);
	cr_expect_eq(hl_expect_set(&c.expect, "flaps=0", &err), 0, "%s", err.text);
	cr_expect_eq(c.expect.n, 3);
	expectation_expect(&c.expect, HL_MEASURE_REGISTERED, HL_AT_LEAST, 98);
	cr_expect_eq(hl_expect_set(&c.expect, "registered", &err), -EINVAL);
	cr_expect_str_eq(err.text, "\"registered\": write MEASURE=VALUE, as in registered=100%");
	cr_expect_eq(hl_expect_set(&c.expect, "registeredd=1%", &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "there is no measure \"registeredd\""), NULL);
	cr_expect_eq(hl_expect_set(&c.expect, "drops=many", &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "drops: \"many\" is no value of it; allowed:"), NULL);
	cr_expect_eq(c.expect.n, 3);
	hl_config_free(&c);
}

Test(expect, a_change_is_seen)
{
	struct hl_config a, b;

	config_read(&a, EXPECT("  registered: 99%\n"));
	config_read(&b, EXPECT("  registered: 99%\n"));
	cr_expect(hl_expectations_equal(&a.expect, &b.expect));
	b.expect.of[0].target = 98;
	cr_expect(!hl_expectations_equal(&a.expect, &b.expect));
	b.expect.of[0].target = 99;
	b.expect.of[0].bound = HL_AT_MOST;
	cr_expect(!hl_expectations_equal(&a.expect, &b.expect));
	b.expect.n = 0;
	cr_expect(!hl_expectations_equal(&a.expect, &b.expect));
	hl_config_free(&a);
	hl_config_free(&b);
}

Test(expect, a_text_of_a_value_never_hides_that_it_is_beyond_a_threshold)
{
	static const struct {
		enum hl_measure measure;
		double value;
		const char *text;
	} cases[] = {
		{ HL_MEASURE_REGISTERED, 100, "100 %" },
		{ HL_MEASURE_REGISTERED, 99.9999, "99.999 %" },
		{ HL_MEASURE_REGISTERED, -0.5, "-0.5 %" },
		{ HL_MEASURE_RTT_P99, 2047, "2.047 ms" },
		{ HL_MEASURE_RTT_P99, 111, "111 us" },
		{ HL_MEASURE_OUTAGE_TOTAL, 0, "0 s" },
		{ HL_MEASURE_OUTAGE_TOTAL, 20017200000, "20017.2 s" },
		{ HL_MEASURE_OUTAGE_MAX, 5000001, "5.000001 s" },
		{ HL_MEASURE_FAILOVERS, 10000, "10000" },
		{ HL_MEASURE_REQUEST_RATE, 4999.96, "4999.9/s" },
	};
	char text[HL_MEASURE_ROOM];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hl_measure_text(cases[i].measure, cases[i].value, text);
		cr_expect_str_eq(text, cases[i].text, "%s", text);
	}
}

Test(expect, every_measure_is_listed_with_what_is_allowed)
{
	struct hl_key key;
	uint32_t n = 0;

	for (; hl_measure_key(n, &key); n++) {
		cr_expect_str_eq(key.name, hl_measure_name((enum hl_measure)n));
		cr_expect(*key.meaning && *key.allowed, "%s", key.name);
	}
	cr_expect_eq(n, HL_MEASURES);
}
