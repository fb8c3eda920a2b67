// SPDX-License-Identifier: BSD-3-Clause
// Port windows: which ports the lines of which profiles share.
#pragma once

#include <heartline/config.h>
#include "control/fault.h"

struct window {
	uint16_t first, last;
	uint64_t lines; // in profiles with exactly this window
	uint32_t group; // a group of lines in it, for messages
};

// Each apart from, or inside of another; narrow ones first, so that what is inside comes first.
struct windows {
	uint32_t n;
	struct window *list;
};

// 0; -errno with fault. Free with windows_free().
int windows_make(struct windows *windows, const struct hl_config *config, struct fault *fault);
void windows_free(struct windows *windows);

void profile_window(const struct hl_profile *profile, uint16_t *first, uint16_t *last);

static inline uint32_t window_ports(const struct window *window)
{
	return (uint32_t)window->last - window->first + 1;
}

static inline bool window_holds(const struct window *outer, const struct window *inner)
{
	return outer->first <= inner->first && inner->last <= outer->last;
}
