// SPDX-License-Identifier: BSD-3-Clause
// Headers that a profile adds: which are allowed, where a fault is shown, that they fit a frame.
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config_text.h"
#include "control/headers.h"
#include "worker/plan.h"

#define PLAN(KEYS) PORTS PROFILES KEYS LINES

static int plan_make(const char *text, struct hl_plan **plan, struct hl_error *err)
{
	const struct hl_plan_options options = { .n_workers = 1, .boot_key = { 1, 2 } };
	struct hl_config config;

	config_read(&config, text);
	int rc = hl_plan_new(plan, &config, &options, err);
	hl_config_free(&config);
	return rc;
}

static const char *text_of(const struct hl_plan *plan, int text)
{
	return plan_constants(plan)->shapes[0]->text[HL_SERVER_P][text].text;
}

// A profile that uses every text.
#define EVERY_TEXT \
	"    register_subscribe: on\n    primary_detect_interval: 5s\n    probe: register0\n"

Test(headers, user_agent_allow_supported_and_more_stand_in_every_request)
{
	struct hl_error err;
	struct hl_plan *plan;

	cr_assert_eq(plan_make(PLAN(EVERY_TEXT "    user_agent: Acme 1.2 (lab)\n"
					       "    allow: INVITE, ACK\n"
					       "    supported: timer\n"
					       "    headers: {X-Lab: 7, P-Two: 'a: b, \"c\"'}\n"),
			       &plan, &err),
		     0, "%s", err.text);
	for (int text = 0; text < PLAN_TEXTS; text++) {
		static const char *const lines[] = { "\r\nUser-Agent: Acme 1.2 (lab)\r\n",
						     "\r\nAllow: INVITE, ACK\r\n",
						     "\r\nSupported: timer\r\n", "\r\nX-Lab: 7\r\n",
						     "\r\nP-Two: a: b, \"c\"\r\n" };

		for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
			cr_expect_not_null(strstr(text_of(plan, text), lines[i]), "%s in:\n%s",
					   lines[i], text_of(plan, text));
	}
	hl_plan_free(plan);
}

Test(headers, without_any_the_requests_have_but_a_user_agent)
{
	struct hl_error err;
	struct hl_plan *plan;

	cr_assert_eq(plan_make(PLAN(""), &plan, &err), 0, "%s", err.text);
	cr_expect_not_null(strstr(text_of(plan, PLAN_REGISTER), "\r\nUser-Agent: heartline\r\n"));
	cr_expect_null(strstr(text_of(plan, PLAN_REGISTER), "\r\nAllow"));
	cr_expect_null(strstr(text_of(plan, PLAN_REGISTER), "\r\nSupported"));
	cr_expect_null(strstr(text_of(plan, PLAN_REGISTER), "sip.instance"));
	cr_expect_null(strstr(text_of(plan, PLAN_REGISTER), "reg-id"));
	hl_plan_free(plan);
}

// Whatever a request holds already cannot be added, in any case of letters.
Test(headers, none_that_is_written_already_can_be_added)
{
	struct hl_error err;
	struct hl_plan *plan;
	unsigned n = 0;

	cr_assert_eq(plan_make(PLAN(EVERY_TEXT "    allow: INVITE\n    supported: timer\n"), &plan,
			       &err),
		     0, "%s", err.text);
	for (int text = 0; text < PLAN_TEXTS; text++) {
		const char *at = strstr(text_of(plan, text), "\r\n") + 2;

		for (; strncmp(at, "\r\n", 2) != 0; at = strstr(at, "\r\n") + 2, n++) {
			struct fault fault = { 0 };
			char name[64] = "", *headers = NULL;

			memcpy(name, at, strcspn(at, ":"));
			for (int change = 0; change < 3; change++) {
				for (char *c = name; *c != '\0'; c++)
					*c = (char)(change == 1   ? toupper((unsigned char)*c)
						    : change == 2 ? tolower((unsigned char)*c)
								  : *c);
				cr_expect_eq(header_add(&headers, name, "x", &fault), -EINVAL, "%s",
					     name);
				cr_expect_not_null(strstr(fault.what, "itself"), "%s", fault.what);
			}
		}
	}
	cr_expect_gt(n, 30);
	hl_plan_free(plan);
}

Test(headers, names_and_values_have_their_bounds)
{
	static const struct {
		const char *name, *value, *what; // NULL: good
	} cases[] = {
		{ "X-Lab", "7", NULL },
		{ "x.y!z", "v\xc3\xa4lue", NULL },
		{ "Path", "<sip:a@b;lr>", NULL },
		{ "", "7", "name of 0" },
		{ "X Lab", "7", "is not a header name" },
		{ "X-Lab:", "7", "is not a header name" },
		{ "X\r\nVia", "7", "is not a header name" },
		{ "X-L\xc3\xa4", "7", "is not a header name" },
		{ "X-Lab", "", "no value" },
		{ "X-Lab", "7\r\nVia: x", "control character (13)" },
		{ "X-Lab", "7\nVia: x", "control character (10)" },
		{ "X-Lab", "a\tb", "control character (9)" },
		{ "X-Lab", "\x7f", "control character (127)" },
		{ "X-Lab", "HlMarkUserHl", "HlMark" },
		{ "HlMarkUserHl", "7", "is not a header name" },
		{ "X-HlAuth", "hlauthhl", "itself" },
		{ "i", "7", "itself" },
		{ "proxy-AUTHORIZATION", "7", "itself" },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault fault = { 0 };
		char *headers = NULL;
		int rc = header_add(&headers, cases[i].name, cases[i].value, &fault);

		cr_expect_eq(rc, cases[i].what == NULL ? 0 : -EINVAL, "case %u", i);
		cr_expect_eq(headers != NULL, cases[i].what == NULL, "case %u", i);
		if (cases[i].what != NULL)
			cr_expect_not_null(strstr(fault.what, cases[i].what), "case %u: %s", i,
					   fault.what);
		free(headers);
	}
}

Test(headers, lengths_are_bounded_one_by_one_and_together)
{
	char name[HEADER_NAME_MAX + 2], value[HEADER_VALUE_MAX + 2], *headers = NULL;
	struct fault fault = { 0 };

	memset(name, 'n', sizeof(name));
	memset(value, 'v', sizeof(value));
	name[HEADER_NAME_MAX + 1] = value[HEADER_VALUE_MAX + 1] = '\0';
	cr_expect_eq(header_add(&headers, name, "7", &fault), -EINVAL);
	cr_expect_eq(header_add(&headers, "X", value, &fault), -EINVAL);
	name[HEADER_NAME_MAX] = value[HEADER_VALUE_MAX] = '\0';
	for (int i = 0; i < 3; i++)
		cr_expect_eq(header_add(&headers, name, value, &fault), 0);
	cr_expect_eq(header_add(&headers, name, value, &fault), -EINVAL);
	cr_expect_not_null(strstr(fault.what, "more than 1024 bytes"), "%s", fault.what);
	cr_expect_eq(strlen(headers), 3 * (HEADER_NAME_MAX + HEADER_VALUE_MAX + 4));
	free(headers);
}

Test(headers, a_fault_is_shown_where_it_stands)
{
	message_expect(PLAN("    headers:\n      X-Lab: 7\n      via: SIP/2.0\n"),
		       "lab.yaml:9:7: error: headers: via is written by heartline itself\n"
		       "    9 |       via: SIP/2.0\n"
		       "      |       ^~ leave it out");
	message_expect(PLAN("    headers: [X-Lab, 7]\n"),
		       "lab.yaml:7:14: error: headers: a list, where names with values are needed\n"
		       "    7 |     headers: [X-Lab, 7]\n"
		       "      |              ^~ as in {X-Lab: 7}");
	message_expect(PLAN("    headers: {X-Lab: [7]}\n"),
		       "lab.yaml:7:22: error: headers: X-Lab has no single value\n"
		       "    7 |     headers: {X-Lab: [7]}\n"
		       "      |                      ^~ as in {X-Lab: 7}");
	message_expect(
		PLAN("    reg_id: 1\n"),
		"lab.yaml:7:13: error: reg_id: a reg-id means nothing without +sip.instance\n"
		"    7 |     reg_id: 1\n"
		"      |             ^~ needed: sip_instance: on (RFC 5626 4.2)");
}

Test(headers, a_text_of_lines_will_do_as_well)
{
	struct hl_profile p = { 0 };
	struct hl_error err;

	cr_assert_eq(hl_profile_set(&p, "headers", "X-Lab: 7\nX-Two:8\n", &err), 0, "%s", err.text);
	cr_expect_str_eq(p.headers, "X-Lab: 7\r\nX-Two: 8\r\n");
	cr_assert_eq(hl_profile_set(&p, "headers", "", &err), 0, "%s", err.text);
	cr_expect_null(p.headers);
	cr_expect_eq(hl_profile_set(&p, "headers", "X-Lab", &err), -EINVAL);
	cr_expect_not_null(strstr(err.text, "has no colon"), "%s", err.text);
	cr_expect_eq(hl_profile_set(&p, "headers", "X-Lab: 7\nCSeq: 1\n", &err), -EINVAL);
	cr_expect_null(p.headers);
}

// What fits each bound may still be too much for a frame.
Test(headers, what_does_not_fit_a_frame_is_refused_with_what_to_shorten)
{
	char text[2048], value[241];
	struct hl_error err;
	struct hl_plan *plan;

	memset(value, 'v', 240);
	value[240] = '\0';
	snprintf(text, sizeof(text),
		 PORTS PROFILES
		 "    password: secret\n    headers: {X-A: %s, X-B: %s, X-C: %s, X-D: %s}\n" LINES,
		 value, value, value, value);
	cr_assert_eq(plan_make(text, &plan, &err), -EINVAL);
	cr_expect_not_null(strstr(err.text, "profile lab: a message of line 6000 may have"), "%s",
			   err.text);
	cr_expect_not_null(strstr(err.text, "user_agent or headers"), "%s", err.text);
}
