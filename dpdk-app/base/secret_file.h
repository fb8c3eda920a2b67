// SPDX-License-Identifier: BSD-3-Clause
// Secrets that stand in files, which not everybody may read.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sys/types.h>

#include <heartline/error.h>

struct secret_file {
	const char *key;  // how messages name it: "--password-file"
	const char *path; // a regular file, or a pipe as in <(pass show lab)
	const char *what; // it should hold: "the password"
	mode_t refused;   // bits that the mode of a regular file must not have
	const char *cure; // what chmod mends that: "o-rw"
	bool whole;       // all of it, as it is; not one line
	size_t max;       // bytes
};

// Read the line, without the newline at its end, which editors add; or the whole file. `room` has
// max + 1 bytes, and gets a zero at its end.
// @return 0, or -errno with a message
int secret_file_read(const struct secret_file *file, char *room, struct hl_error *err);
