// SPDX-License-Identifier: BSD-3-Clause
// The table of status codes: classes, phrases, the ranges that documents show.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/code.h>

Test(code, classes_speak_of_the_server_or_of_the_account)
{
	static const struct {
		enum hl_code_class class;
		unsigned codes[48];
	} cases[] = {
		{ HL_CLASS_PROVISIONAL, { 100, 180, 183, 199, 101 } },
		{ HL_CLASS_ALIVE, { 200, 202, 204, 299 } },
		{ HL_CLASS_REDIRECT, { 301, 302 } },
		{ HL_CLASS_CHALLENGE, { 401, 407 } },
		{ HL_CLASS_BRIEF, { 423 } },
		{ HL_CLASS_FAIL, { 405, 408, 430, 439, 440, 481, 482, 483, 487, 491,
				   500, 501, 502, 503, 504, 505, 513, 555, 580, 599 } },
		{ HL_CLASS_TEMP, { 480, 486 } },
		{ HL_CLASS_REJ,
		  { 300, 305, 380, 399, 400, 402, 403, 404, 406, 410, 412, 413, 414, 415, 416,
		    417, 420, 421, 422, 424, 425, 428, 429, 433, 436, 437, 438, 469, 470, 484,
		    485, 488, 489, 493, 494, 499, 600, 603, 604, 606, 607, 608, 699 } },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++)
		for (unsigned n = 0; cases[k].codes[n]; n++)
			cr_expect(eq(int, hl_code_class(cases[k].codes[n]), cases[k].class), "%u",
				  cases[k].codes[n]);
}

// RFC 3261 8.1.3.2: a code that is not known is the first of its class.
Test(code, an_unknown_code_is_the_first_of_its_hundred)
{
	for (unsigned status = 100; status < 700; status++) {
		if (hl_code_registered(status))
			continue;
		cr_expect(eq(int, hl_code_class(status), hl_code_class(status / 100 * 100)), "%u",
			  status);
		cr_expect_str_eq(hl_code_phrase(status), hl_code_phrase(status / 100 * 100));
	}
	cr_expect_str_eq(hl_code_phrase(0), "Unknown");
	cr_expect_str_eq(hl_code_phrase(99), "Unknown");
	cr_expect_str_eq(hl_code_phrase(700), "Unknown");
	cr_expect_str_eq(hl_code_phrase(65535), "Unknown");
	cr_expect(eq(int, hl_code_class(700), HL_CLASS_REJ));
}

Test(code, phrases_are_those_of_the_registry)
{
	cr_expect_str_eq(hl_code_phrase(200), "OK");
	cr_expect_str_eq(hl_code_phrase(423), "Interval Too Brief");
	cr_expect_str_eq(hl_code_phrase(439), "First Hop Lacks Outbound Support");
	cr_expect_str_eq(hl_code_phrase(491), "Request Pending");
	cr_expect_str_eq(hl_code_phrase(503), "Service Unavailable");
	cr_expect_str_eq(hl_code_phrase(608), "Rejected");
	cr_expect_str_eq(hl_code_phrase(499), "Bad Request");
}

// Read back, the texts of all classes name each code from 100 to 699 once, in its own class.
Test(code, ranges_name_each_code_once)
{
	unsigned seen[700] = { 0 };

	for (enum hl_code_class class = 0; class < HL_CODE_CLASSES; class ++) {
		char text[HL_CODE_RANGES_ROOM];

		hl_code_class_ranges(class, text);
		cr_assert(lt(sz, strlen(text), HL_CODE_RANGES_ROOM - 16), "it was cut off");
		for (char *part = strtok(text, ", "); part; part = strtok(NULL, ", ")) {
			unsigned first = (unsigned)strtoul(part, NULL, 10), last = first;

			if (strcmp(part + 1, "xx") == 0) {
				first = (unsigned)(*part - '0') * 100;
				last = first + 99;
			} else if (strchr(part, '-')) {
				last = (unsigned)strtoul(strchr(part, '-') + 1, NULL, 10);
			}
			for (; first <= last; first++) {
				seen[first]++;
				cr_expect(eq(int, hl_code_class(first), class), "%u", first);
			}
		}
	}
	for (unsigned status = 100; status < 700; status++)
		cr_expect(eq(u32, seen[status], 1), "%u", status);
}

Test(code, sets_hold_what_was_added_and_nothing_outside_200_to_699)
{
	struct hl_codes codes = { 0 };

	for (unsigned status = 0; status < 2000; status += 7)
		hl_codes_add(&codes, status);
	hl_codes_add(&codes, UINT32_MAX);
	for (unsigned status = 0; status < 2000; status++)
		cr_expect(eq(int, hl_codes_hold(&codes, status),
			     status % 7 == 0 && status >= 200 && status < 700),
			  "%u", status);
	cr_expect(not(hl_codes_hold(&codes, UINT32_MAX)));
}
