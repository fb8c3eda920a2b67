// SPDX-License-Identifier: BSD-3-Clause
// The report of a run for a person: the verdict first, then what led to it, then the rest.
#pragma once

#include <stdio.h>

#include "report/report.h"

void report_print(const struct report *report, FILE *to);

// Why the verdict is not "ok", and before that whether the generator was the limit: a few rows, or none.
void report_print_reasons(const struct report *report, FILE *to);

// Which lines were down for how long, how often lines moved, and why.
void report_print_outages(const struct report *report, FILE *to);
