// SPDX-License-Identifier: BSD-3-Clause
// Files of the kernel, below a root: "" for this machine, a folder for a test.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define ROOT_PATH_ROOM 512

// The path below the root.
void root_path(char path[ROOT_PATH_ROOM], const char *root, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

// Read the first line of a file. False, and "", when it cannot be read.
bool root_line(char *out, size_t room, const char *root, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

bool root_exists(const char *root, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The file name that a symbolic link points to, without its folders; "": there is none.
void root_link(char *out, size_t room, const char *root, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
