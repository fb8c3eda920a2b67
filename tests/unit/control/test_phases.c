// SPDX-License-Identifier: BSD-3-Clause
// Phases of a configuration: what they mean, and what is refused.

#include "refused.h"

#define PHASES(text) PORTS PROFILES LINES "phases:\n" text

Test(phases, a_phase_is_read_with_its_defaults)
{
	struct hl_config c;

	config_read(&c,
		    PHASES("  - {name: register, for: 30s, until: {registered: 100%}}\n"
			   "  - name: kill P\n    for: 500ms\n    always: on\n    do:\n"
			   "      - server drain P  --spread 5s\n      - [line, force, \"a b\"]\n"
			   "      - {run: /bin/kill -9, within: 2min}\n"
			   "      - {run: [/bin/kill, \"-9 1\"]}\n"
			   "      - {registrar: 10.0.0.1 status 503, socket: /run/r.sock}\n"
			   "    expect:\n      failovers: exactly 4\n      rtt_p99: 2ms\n"));
	cr_assert_eq(c.n_phases, 2);
	const struct hl_phase *p = &c.phases[0];
	cr_expect_str_eq(p->name, "register");
	cr_expect_eq(p->for_ms, 30000);
	cr_expect_eq(p->always, false);
	cr_expect_eq(p->n_actions, 0);
	cr_expect_eq(p->expect.n, 0);
	cr_assert_eq(p->until.n, 1);
	cr_expect_eq(p->until.of[0].measure, HL_MEASURE_REGISTERED);
	p = &c.phases[1];
	cr_expect_eq(p->for_ms, 500);
	cr_expect_eq(p->always, true);
	cr_expect_eq(p->until.n, 0);
	cr_expect_eq(p->expect.n, 2);
	cr_assert_eq(p->n_actions, 5);
	cr_expect_eq(p->actions[0].kind, HL_ACTION_COMMAND);
	cr_expect_str_eq(p->actions[0].words[2], "P");
	cr_expect_str_eq(p->actions[0].words[4], "5s");
	cr_expect_null(p->actions[0].words[5]);
	cr_expect_str_eq(p->actions[1].words[2], "a b");
	cr_expect_eq(p->actions[2].kind, HL_ACTION_PROGRAM);
	cr_expect_str_eq(p->actions[2].words[1], "-9");
	cr_expect_eq(p->actions[2].within_ms, 120000);
	cr_expect_str_eq(p->actions[3].words[1], "-9 1");
	cr_expect_eq(p->actions[3].within_ms, 30000);
	cr_expect_eq(p->actions[4].kind, HL_ACTION_REGISTRAR);
	cr_expect_str_eq(p->actions[4].words[2], "503");
	cr_expect_str_eq(p->actions[4].socket, "/run/r.sock");
	hl_config_free(&c);
}

Test(phases, a_rate_is_one_or_a_slope_from_one_to_another)
{
	struct hl_config c;

	config_read(&c,
		    PHASES("  - {name: a, for: 1s, rate: 2000}\n  - {name: b, for: 1s, rate: 0}\n"
			   "  - {name: c, for: 1s, rate: 100-1000}\n"
			   "  - {name: d, for: 1s, rate: 1000000000-1}\n"
			   "  - {name: e, for: 1s}\n"));
	static const uint64_t rates[][2] = {
		{ 2000, 2000 }, { 0, 0 }, { 100, 1000 }, { 1000000000, 1 }
	};
	for (unsigned i = 0; i < 4; i++) {
		cr_expect_not_null(c.phases[i].rate);
		cr_expect_eq(c.phases[i].rate_from, rates[i][0]);
		cr_expect_eq(c.phases[i].rate_to, rates[i][1]);
	}
	cr_expect_null(c.phases[4].rate);
	cr_expect(hl_phases_set_rate(&c));
	hl_config_free(&c);
	config_read(&c, PHASES("  - {name: a, for: 1s, do: [pause, resume]}\n"));
	cr_expect(!hl_phases_set_rate(&c));
	hl_config_free(&c);
	config_read(&c, PHASES("  - {name: a, for: 1s, do: [pause, rate 5]}\n"));
	cr_expect(hl_phases_set_rate(&c));
	hl_config_free(&c);
}

#define RATE_REFUSED(text) \
	{ \
		PHASES("  - {name: a, for: 1s, rate: " text "}\n"), \
			"lab.yaml:10:30: error: rate: \"" text \
			"\" is neither a rate nor two of them\n" \
			"   10 |   - {name: a, for: 1s, rate: " text "}\n" \
			"      |                              ^~ allowed: 0..1000000000 requests a second (0: no " \
			"limit), as in 2000, or the first and the last one of a slope, as in 100-1000" \
	}

Test(phases, a_rate_that_makes_no_sense_is_refused_where_it_stands)
{
	static const struct refused cases[] = {
		RATE_REFUSED("fast"),
		RATE_REFUSED("100-"),
		RATE_REFUSED("100-200-300"),
		RATE_REFUSED("100/s"),
		RATE_REFUSED("1000000001"),
		RATE_REFUSED("18446744073709551617"),
		RATE_REFUSED("-5"),
		{ PHASES("  - {name: a, for: 1s, rate: 0-100}\n"),
		  "lab.yaml:10:30: error: rate: a slope has no end at 0, which means no limit\n"
		  "   10 |   - {name: a, for: 1s, rate: 0-100}\n"
		  "      |                              ^~ allowed: 1..1000000000, as in 1-1000" },
		{ PHASES("  - {name: a, for: 1s, do: [rate 5], rate: 7}\n"),
		  "lab.yaml:10:44: error: rate: the phase sets the rate in do as well\n"
		  "   10 |   - {name: a, for: 1s, do: [rate 5], rate: 7}\n"
		  "      |                                            ^~ leave one of them out" },
	};
	EXPECT_ALL(cases);
}

#define ACTION(text) PHASES("  - {name: a, for: 1s, do: [" text "]}\n")
#define HINT \
	"as in server drain P (a command of heartline ctl), {run: /usr/local/bin/kill-p, within: " \
	"10s}, {registrar: silent, socket: /run/lab/registrar.sock}"

Test(phases, what_makes_no_sense_is_refused_where_it_stands)
{
	static const struct refused cases[] = {
		{ PHASES("  - {for: 1s}\n"), "lab.yaml:10:5: error: name is missing\n"
					     "   10 |   - {for: 1s}\n"
					     "      |     ^~ as in name: kill the primary" },
		{ PHASES("  - {name: a}\n"),
		  "lab.yaml:10:5: error: for is missing\n"
		  "   10 |   - {name: a}\n"
		  "      |     ^~ how long the phase lasts, or with until, how long it may take: as in "
		  "for: 30s" },
		{ PHASES("  - {name: a, for: 1s, until: {registered: 100}}\n"),
		  "lab.yaml:10:44: error: registered: \"100\" has no unit\n"
		  "   10 |   - {name: a, for: 1s, until: {registered: 100}}\n"
		  "      |                                            ^~ as in 99.5%" },
		{ PHASES("  - {name: a, for: 1s, until: {outage_max: 0}}\n"),
		  "lab.yaml:10:44: error: outage_max: this is only known when a phase, or the run, is "
		  "over\n"
		  "   10 |   - {name: a, for: 1s, until: {outage_max: 0}}\n"
		  "      |                                            ^~ a phase can wait for registered, "
		  "on_primary, on_backup, failovers, returns and other counts and rates" },
		{ PHASES("  - {name: a, for: 1s, expect: {achieved: 99%}}\n"),
		  "lab.yaml:10:43: error: achieved: this is measured of the whole run, and not of a "
		  "phase\n"
		  "   10 |   - {name: a, for: 1s, expect: {achieved: 99%}}\n"
		  "      |                                           ^~ it belongs to expect at the top "
		  "of the file" },
		{ PHASES("  - {name: a, for: 1s, d: []}\n"),
		  "lab.yaml:10:24: error: d: unknown key in phases[0]\n"
		  "   10 |   - {name: a, for: 1s, d: []}\n"
		  "      |                        ^~ allowed: name, for, always, rate, until, expect, do" },
		{ ACTION("{run: kill}"),
		  "lab.yaml:10:35: error: do: \"kill\" is no absolute path\n"
		  "   10 |   - {name: a, for: 1s, do: [{run: kill}]}\n"
		  "      |                                   ^~ as in /usr/local/bin/page; a shell is "
		  "used only when it is named: [/bin/sh, -c, ...]" },
		{ ACTION("{run: /bin/true, within: soon}"),
		  "lab.yaml:10:54: error: within: \"soon\" is no time to wait for\n"
		  "   10 |   - {name: a, for: 1s, do: [{run: /bin/true, within: soon}]}\n"
		  "      |                                                      ^~ allowed: 1ms..24h, as "
		  "in 30s" },
		{ ACTION("{registrar: ok}"),
		  "lab.yaml:10:29: error: do: socket is missing: what heartline registrar --control was "
		  "given\n"
		  "   10 |   - {name: a, for: 1s, do: [{registrar: ok}]}\n"
		  "      |                             ^~ " HINT },
		{ ACTION("{run: /bin/true, registrar: ok}"),
		  "lab.yaml:10:29: error: do: needed is one of run and registrar\n"
		  "   10 |   - {name: a, for: 1s, do: [{run: /bin/true, registrar: ok}]}\n"
		  "      |                             ^~ " HINT },
		{ ACTION("\"\""),
		  "lab.yaml:10:30: error: do: a text, or a list of words, is needed\n"
		  "   10 |   - {name: a, for: 1s, do: [\"\"]}\n"
		  "      |                              ^~ " HINT },
		{ PORTS PROFILES LINES "duration: 5s\nphases:\n  - {name: a, for: 1s}\n",
		  "lab.yaml:9:11: error: duration: the phases say how long the run is\n"
		  "    9 | duration: 5s\n"
		  "      |           ^~ leave it out, or the phases" },
	};
	EXPECT_ALL(cases);
}

Test(phases, a_change_is_seen)
{
	static const char *const others[] = {
		PHASES("  - {name: b, for: 1s, do: [rate 5]}\n"),
		PHASES("  - {name: a, for: 2s, do: [rate 5]}\n"),
		PHASES("  - {name: a, for: 1s, do: [rate 6]}\n"),
		PHASES("  - {name: a, for: 1s, always: on, do: [rate 5]}\n"),
		PHASES("  - {name: a, for: 1s, until: {flaps: at least 1}, do: [rate 5]}\n"),
		PHASES("  - {name: a, for: 1s, expect: {flaps: 0}, do: [rate 5]}\n"),
		PHASES("  - {name: a, for: 1s, do: [rate 5, pause]}\n"),
		PHASES("  - {name: a, for: 1s, rate: 5}\n"),
		PHASES("  - {name: a, for: 1s, do: [{run: /bin/rate 5}]}\n"),
		PORTS PROFILES LINES,
	};
	struct hl_config a, b;

	config_read(&a, PHASES("  - {name: a, for: 1s, do: [rate 5]}\n"));
	config_read(&b, PHASES("  - {name: a, for: 1s, do: [rate 5]}\n"));
	cr_expect(hl_phases_equal(&a, &b));
	hl_config_free(&b);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		config_read(&b, others[i]);
		cr_expect(!hl_phases_equal(&a, &b), "%s", others[i]);
		hl_config_free(&b);
	}
	hl_config_free(&a);
	config_read(&a, PHASES("  - {name: a, for: 1s, rate: 5-6}\n"));
	config_read(&b, PHASES("  - {name: a, for: 1s, rate: 5-7}\n"));
	cr_expect(!hl_phases_equal(&a, &b));
	hl_config_free(&a);
	hl_config_free(&b);
}
