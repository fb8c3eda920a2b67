// SPDX-License-Identifier: BSD-3-Clause
// Set-up allocation through the hooks of <heartline/alloc.h>; zeroed.
#pragma once

#include <stddef.h>

void *memory_zalloc(size_t n, size_t bytes, size_t align); // n * bytes, NULL on overflow too
void memory_free(void *memory);
