// SPDX-License-Identifier: BSD-3-Clause
// Reading a time, with the unit that was not understood.
#pragma once

#include <stdint.h>

#define TIME_UNITS "ms, s, min, h"

// 0, or -EINVAL: *unit is the unknown unit, NULL when it is no number at all. What is too long to
// count is UINT64_MAX.
int time_read(const char *text, uint64_t unit_ms, uint64_t *ms, const char **unit);
