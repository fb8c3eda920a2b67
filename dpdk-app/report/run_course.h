// SPDX-License-Identifier: BSD-3-Clause
// A whole run in a bounded number of samples, for its report: when there is no more room, neighbours are
// joined, so that each stands for twice as many seconds. All calls are on the control thread.
#pragma once

#include <stdint.h>

#include <jansson.h>

#include "report/second_sample.h"

#define COURSE_ROOM 1800 // even

struct run_course {
	uint32_t step_s;  // that a sample stands for; 0: nothing was added yet
	uint32_t pending; // seconds in `partial`
	uint32_t n;
	struct second_sample partial; // rates are sums
	struct second_sample samples[COURSE_ROOM];
};

void run_course_add(struct run_course *course, const struct second_sample *second);

// {step_s, columns, rows}; what does not fill a step yet is its last row. null for NULL.
json_t *run_course_object(const struct run_course *course);
