// SPDX-License-Identifier: BSD-3-Clause
// Lines that are added to a run while it goes on.
#pragma once

#include <heartline/config.h>

#include "session/view.h"

// Add the lines of a group, in free places, and start them evenly over a time.
// 0; -errno with a message, and then nothing has changed.
int lines_add(struct view *view, const struct hl_lines *group, uint64_t spread_ns,
	      struct hl_error *err);

// The second half of that, for lines that the plan has got: their workers hear of them.
int lines_tell(struct view *view, const uint32_t slots[], uint32_t n, uint64_t spread_ns,
	       struct hl_error *err);

// How many lines a group has.
uint64_t lines_of_group(const struct hl_lines *group);
