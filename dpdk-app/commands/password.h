// SPDX-License-Identifier: BSD-3-Clause
// The digest password comes from the command line, where other users may see it, from a file, or
// from the environment.
#pragma once

#include <heartline/error.h>

#define PASSWORD_FILE_MAX 1024
#define PASSWORD_VARIABLE "HEARTLINE_PASSWORD"

// Where to take it from; NULL: not given.
struct password_source {
	const char *text; // --password
	const char *file; // --password-file
};

// --password and --password-file exclude each other. Without either the environment is used.
// *password is NULL when there is none, and points to `room` when it comes from a file.
// @return 0, or -errno with a message
int password_choose(const struct password_source *source, char room[PASSWORD_FILE_MAX + 1],
		    const char **password, struct hl_error *err);
