// SPDX-License-Identifier: BSD-3-Clause
// Marks become holes, holes become values, credentials come and go.
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "sip/template.h"

#include "../guard.h"

static const uint8_t widths[FIELDS] = { 4, 3, 8, 5, 28, 16, 6, 10, 7 };
static const char *const values[FIELDS] = {
	"6000",
	"Bob",
	"10.0.0.7",
	"50001",
	"0123456789012345678901234567",
	"call-id-16-bytes",
	"tag123",
	"1000000001",
	"   1800",
};

static void expect_written(const struct template *t, const char *auth, const char *want)
{
	uint32_t len = (uint32_t)strlen(want);
	char *out = guard_alloc(len);

	cr_assert_eq(t->len + strlen(auth), len);
	cr_expect_eq(template_write(t, values, auth, (uint32_t)strlen(auth), out), len);
	cr_expect_arr_eq(out, want, len, "%.*s", (int)len, out);
}

static void text_with(char *text, const char *format)
{
	// %0..%8 stand for the marks of the fields
	for (; *format != '\0'; format++) {
		if (*format == '%')
			text = stpcpy(text, template_mark((enum template_field)(*++format - '0')));
		else
			*text++ = *format;
	}
	*text = '\0';
}

Test(template, values_stand_where_the_marks_stood)
{
	char text[1024];
	struct template t;

	text_with(text, "a%0b\"%1\"%2:%3;z9hG4bK%4\r\n%5 %6 %7\r\nExpires: %8\r\n%0");
	cr_assert_eq(template_compile(&t, text, (uint32_t)strlen(text), widths), 0);
	cr_expect_eq(t.n_holes, 10);
	expect_written(&t, "",
		       "a6000b\"Bob\"10.0.0.7:50001;z9hG4bK0123456789012345678901234567\r\n"
		       "call-id-16-bytes tag123 1000000001\r\nExpires:    1800\r\n6000");
	template_free(&t);
}

Test(template, credentials_take_the_place_of_their_line)
{
	char text[1024];
	struct template t;

	text_with(text, "A: %0\r\n" TEMPLATE_AUTH_MARK "B: %1\r\n\r\n");
	cr_assert_eq(template_compile(&t, text, (uint32_t)strlen(text), widths), 0);
	cr_expect_eq(t.auth_at, strlen("A: 6000\r\n"));
	expect_written(&t, "", "A: 6000\r\nB: Bob\r\n\r\n");
	expect_written(&t, "Authorization: x\r\n", "A: 6000\r\nAuthorization: x\r\nB: Bob\r\n\r\n");
	expect_written(&t, "", "A: 6000\r\nB: Bob\r\n\r\n"); // and nothing of them is left
	template_free(&t);
}

Test(template, a_text_without_marks_is_itself)
{
	struct template t;

	cr_assert_eq(template_compile(&t, "Hello HlMarkNot X-Hl\r\n", 22, widths), 0);
	cr_expect_eq(t.n_holes, 0);
	expect_written(&t, "", "Hello HlMarkNot X-Hl\r\n");
	template_free(&t);
}

Test(template, a_mark_cut_by_the_end_is_text)
{
	const char *mark = template_mark(FIELD_EXPIRES);

	for (uint32_t n = 0; n < strlen(mark); n++) {
		struct template t;

		cr_assert_eq(template_compile(&t, guard_copy(mark, n), n, widths), 0);
		cr_expect_eq(t.n_holes, 0);
		cr_expect_eq(t.len, n);
		template_free(&t);
	}
}

Test(template, marks_are_tokens_and_none_is_in_another)
{
	for (int a = 0; a < FIELDS; a++) {
		const char *mark = template_mark((enum template_field)a);

		for (const char *c = mark; *c != '\0'; c++)
			cr_expect((*c >= '0' && *c <= '9') ||
				  ((*c | 0x20) >= 'a' && (*c | 0x20) <= 'z'));
		for (int b = 0; b < FIELDS; b++)
			cr_expect(a == b ||
				  strstr(template_mark((enum template_field)b), mark) == NULL);
	}
}

Test(template, what_does_not_fit_is_refused)
{
	static char text[70000];
	struct template t;

	for (int i = 0; i < TEMPLATE_HOLES_MAX; i++)
		strcat(text, template_mark(FIELD_CSEQ));
	cr_expect_eq(template_compile(&t, text, (uint32_t)strlen(text), widths), 0);
	cr_expect_eq(t.n_holes, TEMPLATE_HOLES_MAX);
	template_free(&t);
	strcat(text, template_mark(FIELD_CSEQ));
	cr_expect_eq(template_compile(&t, text, (uint32_t)strlen(text), widths), -E2BIG);

	memset(text, 'x', sizeof(text));
	cr_expect_eq(template_compile(&t, text, 65535, widths), 0);
	template_free(&t);
	cr_expect_eq(template_compile(&t, text, 65536, widths), -E2BIG);
}
