// SPDX-License-Identifier: BSD-3-Clause
// The lines that an order is for, chosen in slices.
#pragma once

#include "session/line_filter.h"

struct view;

struct selection {
	struct line_filter filter;
	bool needs_backup; // only lines that have a backup server
	uint32_t next;     // line to look at
	uint32_t n;        // chosen
	uint64_t *chosen;  // of orders_choice_new(), the caller's
};

// One slice. @return true: all lines were looked at
bool selection_step(struct selection *selection, const struct view *view);
