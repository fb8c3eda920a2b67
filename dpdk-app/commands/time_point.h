// SPDX-License-Identifier: BSD-3-Clause
// Points in time on a command line.
#pragma once

#include <stdint.h>

#include <heartline/error.h>

// Read "2h" or "1d", so long before now, or a time in UTC: "2026-11-30", "2026-11-30T09:15",
// "2026-11-30T09:15:00.250Z". option: how messages name it, without dashes.
// @return 0, -EINVAL with a message
int time_point_read(const char *option, const char *text, int64_t now_ms, int64_t *ms,
		    struct hl_error *err);
