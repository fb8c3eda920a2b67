// SPDX-License-Identifier: BSD-3-Clause
// Pieces of configuration texts, and reading them, for the tests of control/.
#pragma once

#include <criterion/criterion.h>
#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <heartline/config.h>

#define PORTS \
	"ports:\n" \
	"  - device: net_tap0,iface=hl0\n" \
	"    addresses: 10.99.1.1-10.99.1.4/16\n"
#define PROFILES \
	"profiles:\n" \
	"  lab:\n" \
	"    outbound_server: 10.99.0.1\n"
#define LINES \
	"lines:\n" \
	"  - {profile: lab, range: 6000-6003}\n"

// Read a text that must be accepted.
static inline void config_read(struct hl_config *config, const char *text)
{
	struct hl_error err = { 0 };
	int rc = hl_config_parse(config, "lab.yaml", text, &err);

	cr_assert_eq(rc, 0, "%s", err.text);
}

static char folder[] = "/tmp/heartline-test-XXXXXX";

static inline int entry_remove(const char *path, const struct stat *about, int type,
			       struct FTW *walk)
{
	(void)about;
	(void)type;
	(void)walk;
	return remove(path);
}

static inline void folder_remove(void)
{
	nftw(folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

// A file in the current folder, which is a new one for each test (tests are processes).
static inline void file_write(const char *name, const char *text)
{
	static bool made;
	FILE *file;

	if (!made)
		cr_assert(mkdtemp(folder) != NULL && chdir(folder) == 0 &&
			  atexit(folder_remove) == 0);
	made = true;
	file = fopen(name, "w");
	cr_assert_neq((void *)file, NULL);
	cr_assert_eq(fputs(text, file) >= 0 && fclose(file) == 0, 1);
}

static inline void message_expect(const char *text, const char *want)
{
	struct hl_error err = { 0 };
	struct hl_config config;
	int rc = hl_config_parse(&config, "lab.yaml", text, &err);

	cr_expect_lt(rc, 0, "accepted, instead of:\n%s", want);
	cr_expect_eq(rc, -err.code);
	cr_expect_str_eq(err.text, want, "got:\n%s\nwant:\n%s", err.text, want);
	hl_config_free(&config);
}
