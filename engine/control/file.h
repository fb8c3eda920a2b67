// SPDX-License-Identifier: BSD-3-Clause
// A whole file in memory.
#pragma once

#include <stddef.h>

// 0 and the text with a NUL behind it, to be freed with free(); -errno.
int file_read(const char *path, char **text, size_t *len);

// `path` as seen from the folder of `from` (NULL: the current one). To be freed; NULL: no memory.
char *file_beside(const char *from, const char *path);
