// SPDX-License-Identifier: BSD-3-Clause
// What the summary says about lines: outages, causes, and which ones failed.
#pragma once

#include <stdio.h>

#include <jansson.h>

#include "report/judge.h"
#include "report/report.h"

json_t *outages_object(const struct report *report);
json_t *causes_array(const struct report *report);
json_t *texts_array(const char texts[][REASON_ROOM], unsigned n); // of a judgement
json_t *examples_object(const struct report *report);
json_t *next_hops_array(const struct report *report);
json_t *steering_object(const struct steering_result *steering);

// Write the failed lines as a JSON array, each on a line of its own, as there may be millions. 0,
// or -1 when the file reports an error.
int failed_lines_write(const struct report *report, FILE *file);
