// SPDX-License-Identifier: BSD-3-Clause
// Reads a time; reports a unit that is not known.
#pragma once

#include <stdint.h>

#define TIME_UNITS "ms, s, min, h"

// 0, or -EINVAL: *unit is the unknown unit, NULL when it is not a number at all. A time that is too long
// becomes UINT64_MAX.
int time_read(const char *text, uint64_t unit_ms, uint64_t *ms, const char **unit);
