// SPDX-License-Identifier: BSD-3-Clause
// The figures of the latest seconds of a run, for those who come later and want to see what was.
// All calls are on the control thread.
#pragma once

#include <stdint.h>

#include "report/second_sample.h"

#define VIEW_SERIES_SECONDS 3600

struct view_series {
	uint64_t n; // samples ever
	struct second_sample ring[VIEW_SERIES_SECONDS];
};

// The oldest one makes room.
void view_series_add(struct view_series *series, const struct second_sample *sample);

// Samples are numbered from 1 on. Of those behind a number, the latest `max`: the number of the first one.
// One more than `n`: there is none.
uint64_t view_series_first(const struct view_series *series, uint64_t after, uint32_t max);
const struct second_sample *view_series_at(const struct view_series *series, uint64_t number);
