// SPDX-License-Identifier: BSD-3-Clause
// What the summary says of lines: outages, causes, which ones failed.
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

// The failed lines as a JSON array, one a line of the file: there may be millions. Returns 0, or -1 as
// the file has it.
int failed_lines_write(const struct report *report, FILE *file);
