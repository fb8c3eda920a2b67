// SPDX-License-Identifier: BSD-3-Clause
// The digest password: from the command line, where others can see it, from a file, or from the
// environment.
#pragma once

#include <heartline/error.h>

#define PASSWORD_FILE_MAX 1024
#define PASSWORD_VARIABLE "HEARTLINE_PASSWORD"

// Where to take it from; NULL: not given.
struct password_source {
	const char *text; // --password
	const char *file; // --password-file
};

// --password and --password-file exclude each other; without both the environment counts.
// @return 0, and *password is NULL when none is given. `room` is where that of a file is put.
int password_choose(const struct password_source *source, char room[PASSWORD_FILE_MAX + 1],
		    const char **password, struct hl_error *err);
