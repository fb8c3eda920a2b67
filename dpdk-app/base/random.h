// SPDX-License-Identifier: BSD-3-Clause
// Random bytes from the system, for keys and seeds.
#pragma once

#include <stddef.h>

#include <heartline/error.h>

int random_fill(void *out, size_t bytes, struct hl_error *err);
