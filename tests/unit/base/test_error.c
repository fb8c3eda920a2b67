// SPDX-License-Identifier: BSD-3-Clause
// The error convention: -errno back, text inside the struct whatever its length.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <heartline/error.h>
#include <string.h>

Test(error, gives_minus_errno_and_text)
{
	struct hl_error err = { 0 };

	cr_assert(eq(int, hl_fail(&err, EINVAL, "lines = %u: allowed 1..%u", 0u, 9u), -EINVAL));
	cr_assert(eq(int, err.code, EINVAL));
	cr_assert_str_eq(err.text, "lines = 0: allowed 1..9");
}

Test(error, nobody_need_listen)
{
	cr_assert(eq(int, hl_fail(NULL, ENOMEM, "%s", "lost"), -ENOMEM));
}

Test(error, long_text_is_cut_and_ended)
{
	struct {
		struct hl_error err;
		char canary[8];
	} at = { .canary = "canary" };
	char text[2 * HL_ERROR_TEXT];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	cr_assert(eq(int, hl_fail(&at.err, E2BIG, "%s", text), -E2BIG));
	cr_assert(eq(sz, strlen(at.err.text), HL_ERROR_TEXT - 1));
	cr_assert_str_eq(at.canary, "canary");
}

Test(error, an_older_text_can_be_wrapped)
{
	struct hl_error err;

	hl_fail(&err, ENOENT, "no such profile");
	hl_fail(&err, EINVAL, "lab.yaml:3: %s", err.text);
	cr_assert(eq(int, err.code, EINVAL));
	cr_assert_str_eq(err.text, "lab.yaml:3: no such profile");
}
