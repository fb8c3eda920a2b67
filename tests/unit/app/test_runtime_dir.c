// SPDX-License-Identifier: BSD-3-Clause
// The folder of run-time files: used only when it is ours alone.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "device/runtime_dir.h"

static char base[64], path[128];

static void setup(void)
{
	snprintf(base, sizeof(base), "/tmp/hl-runtime-XXXXXX");
	cr_assert_not_null(mkdtemp(base));
	snprintf(path, sizeof(path), "%s/own", base);
}

static void teardown(void)
{
	unlink(path);
	rmdir(path);
	rmdir(base);
}

TestSuite(runtime_dir, .init = setup, .fini = teardown);

static void refused(const char *why)
{
	struct hl_error err = { 0 };

	cr_expect_eq(runtime_dir_check(path, &err), -EINVAL, "%s", why);
	cr_expect_eq(strncmp(err.text, path, strlen(path)), 0, "%s", err.text);
	cr_expect_neq(strstr(err.text, why), NULL, "wanted %s in: %s", why, err.text);
	cr_expect_neq(strstr(err.text, "RUNTIME_DIRECTORY"), NULL, "%s", err.text);
}

Test(runtime_dir, one_of_our_own_will_do)
{
	struct hl_error err = { 0 };

	cr_assert_eq(runtime_dir_check(path, &err), -ENOENT);
	cr_assert_eq(mkdir(path, 0700), 0);
	cr_assert_eq(runtime_dir_check(path, &err), 0, "%s", err.text);
	cr_assert_eq(runtime_dir_check(path, NULL), 0);
}

Test(runtime_dir, every_right_of_others_is_refused)
{
	cr_assert_eq(mkdir(path, 0700), 0);
	for (unsigned bit = 0; bit < 6; bit++) {
		char mode[16];

		cr_assert_eq(chmod(path, 0700 | 1u << bit), 0);
		snprintf(mode, sizeof(mode), "mode %03o", 0700 | 1u << bit);
		refused(mode);
	}
}

Test(runtime_dir, a_symbolic_link_is_refused_wherever_it_leads)
{
	cr_assert_eq(symlink(base, path), 0); // to a folder that would do by itself
	refused("a symbolic link or a file");
	unlink(path);
	cr_assert_eq(symlink("/nowhere", path), 0);
	refused("a symbolic link or a file");
}

Test(runtime_dir, a_file_is_refused)
{
	fclose(fopen(path, "w"));
	refused("a symbolic link or a file");
}

Test(runtime_dir, one_of_another_user_is_refused)
{
	if (geteuid() != 0) { // nobody else's is at hand that could be read
		snprintf(path, sizeof(path), "/usr");
		refused("belongs to user 0");
		return;
	}
	cr_assert_eq(mkdir(path, 0700), 0);
	cr_assert_eq(chown(path, 65534, 65534), 0);
	refused("belongs to user 65534");
}
