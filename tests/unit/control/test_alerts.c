// SPDX-License-Identifier: BSD-3-Clause
// Alerts of a configuration: what they mean, and what is refused.

#include "refused.h"

#define ALERT(text) PORTS PROFILES LINES "alerts:\n" text

Test(alerts, an_alert_is_read_with_its_defaults)
{
	struct hl_config c;

	config_read(&c, ALERT("  - {name: down, when: lines_down, above: 5}\n"
			      "  - name: answers\n    when: registration_success\n    below: 90\n"
			      "    clear: 99\n    for: 2min\n    webhook: https://a.example/x?y=1\n"
			      "    command: [/bin/page, --now, \"\"]\n"
			      "  - {name: p, when: server_unreachable, above: 0, profile: lab, "
			      "command: /bin/page}\n"));
	cr_assert_eq(c.n_alerts, 3);
	const struct hl_alert *a = &c.alerts[0];
	cr_expect_str_eq(a->name, "down");
	cr_expect_eq(a->figure, HL_ALERT_LINES_DOWN);
	cr_expect_eq(a->is_below, false);
	cr_expect_eq(a->above, 5);
	cr_expect_eq(a->clear, 5);
	cr_expect_eq(a->for_ms, 30000);
	cr_expect_eq(a->profile_index, UINT32_MAX);
	cr_expect_null(a->webhook);
	cr_expect_null(a->command);
	a = &c.alerts[1];
	cr_expect_eq(a->figure, HL_ALERT_REGISTRATION_SUCCESS);
	cr_expect_eq(a->is_below, true);
	cr_expect_eq(a->below, 90);
	cr_expect_eq(a->clear, 99);
	cr_expect_eq(a->for_ms, 120000);
	cr_expect_str_eq(a->webhook, "https://a.example/x?y=1");
	cr_expect_str_eq(a->command[1], "--now");
	cr_expect_str_eq(a->command[2], "");
	cr_expect_null(a->command[3]);
	a = &c.alerts[2];
	cr_expect_eq(a->profile_index, 0);
	cr_expect_str_eq(a->command[0], "/bin/page");
	cr_expect_null(a->command[1]);
	hl_config_free(&c);
}

Test(alerts, what_makes_no_sense_is_refused_where_it_stands)
{
	static const struct refused cases[] = {
		{ ALERT("  - {when: lines_down, above: 5}\n"),
		  "lab.yaml:10:5: error: name is missing\n"
		  "   10 |   - {when: lines_down, above: 5}\n"
		  "      |     ^~ as in name: primary-down" },
		{ ALERT("  - {name: a b, when: lines_down, above: 5}\n"),
		  "lab.yaml:10:12: error: name: a name is one word of ASCII characters\n"
		  "   10 |   - {name: a b, when: lines_down, above: 5}\n"
		  "      |            ^~ as in primary-down" },
		{ ALERT("  - {name: a, when: flaps, above: 5}\n  - {name: a, when: flaps, above: 5}\n"),
		  "lab.yaml:11:12: error: name: an alert before it has the name a\n"
		  "   11 |   - {name: a, when: flaps, above: 5}\n"
		  "      |            ^~ give each a name of its own" },
		{ ALERT("  - {name: a, above: 5}\n"), "lab.yaml:10:5: error: when is missing\n"
						      "   10 |   - {name: a, above: 5}\n"
						      "      |     ^~ as in when: lines_down" },
		{ ALERT("  - {name: a, when: rain, above: 5}\n"),
		  "lab.yaml:10:21: error: when: \"rain\" is not known\n"
		  "   10 |   - {name: a, when: rain, above: 5}\n"
		  "      |                     ^~ allowed: lines_down, server_unreachable, flaps, "
		  "failovers, registration_success" },
		{ ALERT("  - {name: a, when: flaps}\n"),
		  "lab.yaml:10:5: error: neither above nor below is given\n"
		  "   10 |   - {name: a, when: flaps}\n"
		  "      |     ^~ needed: one of above and below" },
		{ ALERT("  - {name: a, when: flaps, above: 5, below: 2}\n"),
		  "lab.yaml:10:45: error: below: above is given, too\n"
		  "   10 |   - {name: a, when: flaps, above: 5, below: 2}\n"
		  "      |                                             ^~ needed: one of above and "
		  "below" },
		{ ALERT("  - {name: a, when: lines_down, above: 101}\n"),
		  "lab.yaml:10:40: error: above: 101 is no share in percent\n"
		  "   10 |   - {name: a, when: lines_down, above: 101}\n"
		  "      |                                        ^~ allowed: 0..100" },
		{ ALERT("  - {name: a, when: flaps, above: 500, clear: 501}\n"),
		  "lab.yaml:10:47: error: clear: it would clear where it fires\n"
		  "   10 |   - {name: a, when: flaps, above: 500, clear: 501}\n"
		  "      |                                               ^~ allowed: 500 and less" },
		{ ALERT("  - {name: a, when: registration_success, below: 90, clear: 80}\n"),
		  "lab.yaml:10:61: error: clear: it would clear where it fires\n"
		  "   10 |   - {name: a, when: registration_success, below: 90, clear: 80}\n"
		  "      |                                                             ^~ allowed: 90 "
		  "and more" },
		{ ALERT("  - {name: a, when: flaps, above: 5, profile: lab}\n"),
		  "lab.yaml:10:47: error: profile: flaps is counted over all profiles\n"
		  "   10 |   - {name: a, when: flaps, above: 5, profile: lab}\n"
		  "      |                                               ^~ leave it out" },
		{ ALERT("  - {name: a, when: flaps, above: 5, webhook: ftp://a/b}\n"),
		  "lab.yaml:10:47: error: webhook: \"ftp://a/b\" is no URL of a webhook\n"
		  "   10 |   - {name: a, when: flaps, above: 5, webhook: ftp://a/b}\n"
		  "      |                                               ^~ as in "
		  "https://hooks.example.net/heartline, at most 4095 characters" },
		{ ALERT("  - {name: a, when: flaps, above: 5, command: page}\n"),
		  "lab.yaml:10:47: error: command: \"page\" is no absolute path\n"
		  "   10 |   - {name: a, when: flaps, above: 5, command: page}\n"
		  "      |                                               ^~ as in "
		  "/usr/local/bin/page; a shell is used only when it is named: [/bin/sh, -c, ...]" },
		{ ALERT("  - {name: a, when: flaps, above: 5, command: [/bin/a, [b]]}\n"),
		  "lab.yaml:10:56: error: command: a program, or a list of words, is needed\n"
		  "   10 |   - {name: a, when: flaps, above: 5, command: [/bin/a, [b]]}\n"
		  "      |                                                        ^~ as in "
		  "[/usr/local/bin/page, --now], each word of at most 4095 characters" },
		{ ALERT("  - {name: a, when: flaps, abovee: 5}\n"),
		  "lab.yaml:10:28: error: abovee: unknown key in alerts[0]; did you mean above?\n"
		  "   10 |   - {name: a, when: flaps, abovee: 5}\n"
		  "      |                            ^~ allowed: name, when, above, below, clear, "
		  "for, profile, webhook, command" },
	};
	EXPECT_ALL(cases);
}

Test(alerts, the_same_alerts_are_equal_and_any_difference_is_seen)
{
	static const char *const texts[] = {
		"name: a, when: flaps, above: 5",
		"name: b, when: flaps, above: 5",
		"name: a, when: failovers, above: 5",
		"name: a, when: flaps, below: 5",
		"name: a, when: flaps, above: 6, clear: 5",
		"name: a, when: flaps, above: 5, clear: 4",
		"name: a, when: flaps, above: 5, for: 1s",
		"name: a, when: flaps, above: 5, webhook: http://a",
		"name: a, when: flaps, above: 5, command: /bin/a",
		"name: a, when: flaps, above: 5, command: [/bin/a, b]",
		"name: a, when: flaps, above: 5, command: [/bin/a, c]",
	};
	enum { N = sizeof(texts) / sizeof(texts[0]) };
	static struct hl_config c[N];
	char text[1000];

	for (unsigned i = 0; i < N; i++) {
		snprintf(text, sizeof(text), ALERT("  - {%s}\n"), texts[i]);
		config_read(&c[i], text);
	}
	for (unsigned i = 0; i < N; i++)
		for (unsigned k = 0; k < N; k++)
			cr_expect_eq(hl_alerts_equal(&c[i], &c[k]), i == k, "%s, %s", texts[i],
				     texts[k]);
	for (unsigned i = 0; i < N; i++)
		hl_config_free(&c[i]);
}
