// SPDX-License-Identifier: BSD-3-Clause
// Where the password comes from: the option, a file, the environment; and what argv keeps of it.

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "commands/options.h"
#include "commands/password.h"

static char path[64];

static void file_make(const char *bytes, size_t len, mode_t mode)
{
	snprintf(path, sizeof(path), "/tmp/hl-password-XXXXXX");
	int fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
	cr_assert_eq(fchmod(fd, mode), 0);
	close(fd);
}

static int choose(const char *text, const char *file, const char **password, struct hl_error *err)
{
	static char room[PASSWORD_FILE_MAX + 1];
	const struct password_source source = { text, file };

	*err = (struct hl_error){ 0 };
	return password_choose(&source, room, password, err);
}

Test(password, one_newline_at_the_end_of_a_file_is_not_part_of_it)
{
	static const struct {
		const char *bytes, *password; // NULL: refused
		const char *why;
	} cases[] = {
		{ "secret", "secret", NULL },
		{ "secret\n", "secret", NULL },
		{ "secret\r\n", "secret", NULL },
		{ " a b ", " a b ", NULL },
		{ "a\n\n", NULL, "one line" },
		{ "a\nb\n", NULL, "one line" },
		{ "", NULL, "empty" },
		{ "\n", NULL, "empty" },
	};
	const char *password;
	struct hl_error err;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		file_make(cases[i].bytes, strlen(cases[i].bytes), 0600);
		int rc = choose(NULL, path, &password, &err);
		unlink(path);
		if (cases[i].password) {
			cr_expect_eq(rc, 0, "case %u: %s", i, err.text);
			cr_expect_str_eq(password, cases[i].password);
		} else {
			cr_expect_eq(rc, -EINVAL, "case %u", i);
			cr_expect_neq(strstr(err.text, cases[i].why), NULL, "%s", err.text);
			cr_expect_neq(strstr(err.text, path), NULL, "%s", err.text);
		}
	}
}

Test(password, a_file_longer_than_allowed_or_with_a_nul_is_refused)
{
	char bytes[PASSWORD_FILE_MAX + 1];
	const char *password;
	struct hl_error err;

	memset(bytes, 'a', sizeof(bytes));
	file_make(bytes, PASSWORD_FILE_MAX, 0600);
	cr_expect_eq(choose(NULL, path, &password, &err), 0, "%s", err.text);
	cr_expect_eq(strlen(password), PASSWORD_FILE_MAX);
	unlink(path);
	file_make(bytes, sizeof(bytes), 0600);
	cr_expect_eq(choose(NULL, path, &password, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "longer than 1024"), NULL, "%s", err.text);
	unlink(path);
	file_make("a\0b", 3, 0600);
	cr_expect_eq(choose(NULL, path, &password, &err), -EINVAL);
	unlink(path);
}

Test(password, a_file_that_everybody_may_use_is_refused_with_the_way_out)
{
	static const struct {
		mode_t mode;
		bool good;
	} cases[] = { { 0600, true },  { 0400, true },  { 0640, true }, { 0601, true },
		      { 0644, false }, { 0604, false }, { 0602, false } };
	const char *password;
	struct hl_error err;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		file_make("secret\n", 7, cases[i].mode);
		int rc = choose(NULL, path, &password, &err);
		unlink(path);
		cr_expect_eq(rc, cases[i].good ? 0 : -EINVAL, "mode %o", cases[i].mode);
		if (!cases[i].good)
			cr_expect_neq(strstr(err.text, "chmod o-rw"), NULL, "%s", err.text);
	}
}

Test(password, no_file_and_a_folder_are_refused)
{
	const char *password;
	struct hl_error err;

	cr_expect_eq(choose(NULL, "/tmp/hl-no-such-file", &password, &err), -ENOENT);
	cr_expect_neq(strstr(err.text, "--password-file: /tmp/hl-no-such-file: "), NULL);
	cr_expect_eq(choose(NULL, "/tmp", &password, &err), -EINVAL);
	cr_expect_neq(strstr(err.text, "a folder"), NULL, "%s", err.text);
}

Test(password, an_option_goes_before_the_environment_and_two_options_are_refused)
{
	const char *password;
	struct hl_error err;

	unsetenv(PASSWORD_VARIABLE);
	cr_assert_eq(choose(NULL, NULL, &password, &err), 0);
	cr_assert_null(password);
	setenv(PASSWORD_VARIABLE, "", 1);
	cr_assert_eq(choose(NULL, NULL, &password, &err), 0);
	cr_assert_null(password);
	setenv(PASSWORD_VARIABLE, "environment", 1);
	cr_assert_eq(choose(NULL, NULL, &password, &err), 0);
	cr_assert_str_eq(password, "environment");
	cr_assert_eq(choose("option", NULL, &password, &err), 0);
	cr_assert_str_eq(password, "option");
	file_make("file\n", 5, 0600);
	cr_assert_eq(choose(NULL, path, &password, &err), 0);
	cr_assert_str_eq(password, "file");
	cr_assert_eq(choose("option", path, &password, &err), -EINVAL);
	cr_assert_not_null(strstr(err.text, "--password and --password-file"));
	unlink(path);
}

// In each way to write it, also before another mistake.
Test(password, argv_keeps_nothing_of_a_secret)
{
	static const char *const ways[][4] = {
		{ "run", "--password", "hidden" },
		{ "run", "--password=hidden" },
		{ "run", "-password", "hidden" },
		{ "run", "-password=hidden" },
		{ "run", "--password=hidden", "--password=hidden" },
		{ "run", "--password=hidden", "--no-such-option" },
	};

	for (unsigned i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		const char *password = NULL;
		struct option_spec specs[] = { { .name = "password",
						 .kind = OPTION_SECRET,
						 .to = &password,
						 .value = "TEXT" },
					       { 0 } };
		char *argv[5] = { 0 };
		struct arguments args = { .argv = argv };
		struct hl_error err;

		for (; args.argc < 4 && ways[i][args.argc]; args.argc++)
			argv[args.argc] = strdup(ways[i][args.argc]);
		options_read(specs, &args, &err);
		cr_expect_str_eq(password, "hidden");
		for (int k = 0; k < args.argc; k++)
			cr_expect_null(strstr(argv[k], "hidden"), "way %u", i);
		cr_expect_null(strstr(err.text, "hidden"));
		for (int k = 0; k < 4; k++)
			free(argv[k]);
		free((char *)password);
	}
}
