// SPDX-License-Identifier: BSD-3-Clause
// Phone numbers and ranges of them, and which lines are traced.
#include <criterion/criterion.h>

#include <errno.h>
#include <string.h>

#include <heartline/config.h>
#include <heartline/numbers.h>

static bool holds(const char *text, uint32_t slot, const char *number)
{
	struct hl_traced traced;
	const char *wrong;
	uint32_t len;

	cr_assert_eq(hl_traced_parse(text, &traced, &wrong, &len), 0, "%s", text);
	return hl_traced_holds(&traced, slot, number, (uint32_t)strlen(number));
}

Test(numbers, lines_are_chosen_by_number_in_their_width)
{
	cr_expect(holds("6000", 0, "6000"));
	cr_expect_not(holds("6000", 0, "06000"));
	cr_expect(holds("6000-6099", 0, "6099"));
	cr_expect_not(holds("6000-6099", 0, "6100"));
	cr_expect_not(holds("6000-6099", 0, "600"));
	cr_expect(holds("098-100", 0, "099"));
	cr_expect_not(holds("098-100", 0, "99"));
	cr_expect(holds("5, 6000-6099 ,front-desk", 0, "front-desk"));
	cr_expect(holds("5, 6000-6099 ,front-desk", 0, "6050"));
	cr_expect(holds("5, 6000-6099 ,front-desk", 0, "5"));
	cr_expect_not(holds("5,6000-6099,front-desk", 0, ""), "a free place has no number");
}

Test(numbers, lines_are_chosen_by_share)
{
	unsigned n = 0;

	cr_expect(holds("all", 7, "x"));
	cr_expect(holds("1/1", 7, "x"));
	for (uint32_t slot = 0; slot < 1000; slot++)
		n += holds("1/10", slot, "x");
	cr_expect_eq(n, 100);
	cr_expect(holds("1/16777216", 0, "x"));
}

Test(numbers, what_cannot_be_read_is_named)
{
	static const struct {
		const char *text, *wrong;
		int rc;
	} cases[] = {
		{ "", "", -EINVAL },
		{ "6000,,7000", "", -EINVAL },
		{ "6000,", "", -EINVAL },
		{ "6099-6000", "6099-6000", -ERANGE },
		{ "5, 6099-6000", "6099-6000", -ERANGE },
		{ "6000 6001", "6000 6001", -EINVAL },
		{ "2/3", "2/3", -EINVAL },
		{ "5,1/3", "1/3", -EINVAL },
		{ "1/", "1/", -EINVAL },
		{ "1/x", "1/x", -EINVAL },
		{ "1/0", "1/0", -ERANGE },
		{ "1/16777217", "1/16777217", -ERANGE },
		{ "1/99999999999999999999", "1/99999999999999999999", -ERANGE },
	};
	struct hl_traced traced;
	const char *wrong;
	uint32_t len;
	char many[1024] = "1";

	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cr_expect_eq(hl_traced_parse(cases[i].text, &traced, &wrong, &len), cases[i].rc,
			     "%s", cases[i].text);
		cr_expect(len == strlen(cases[i].wrong) && !memcmp(wrong, cases[i].wrong, len),
			  "%s: %.*s", cases[i].text, (int)len, wrong);
	}
	for (unsigned i = 1; i < HL_TRACED_MAX; i++)
		strcat(many, ",1");
	cr_expect_eq(hl_traced_parse(many, &traced, &wrong, &len), 0);
	strcat(many, ",1");
	cr_expect_eq(hl_traced_parse(many, &traced, &wrong, &len), -E2BIG);
}

Test(numbers, the_key_says_what_is_allowed)
{
	struct hl_config config;
	struct hl_error err;

	hl_config_default(&config);
	cr_expect_str_eq(config.trace_lines, "all");
	cr_expect_eq(hl_config_set(&config, "trace_lines", "6000-6099,7001", &err), 0);
	cr_expect_str_eq(config.trace_lines, "6000-6099,7001");
	cr_expect_lt(hl_config_set(&config, "trace_lines", "1/0", &err), 0);
	cr_expect(strstr(err.text, "1/0 is outside 1/1..1/16777216") &&
			  strstr(err.text, "allowed: all, 1/N"),
		  "%s", err.text);
	cr_expect_lt(hl_config_set(&config, "trace_lines", "9-3", &err), 0);
	cr_expect(strstr(err.text, "the range 9-3 is backwards"), "%s", err.text);
	hl_config_free(&config);
}
