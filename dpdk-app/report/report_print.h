// SPDX-License-Identifier: BSD-3-Clause
// The report of a run for people: the verdict first, then the reasons for it, then the rest.
#pragma once

#include <stdio.h>

#include "report/report.h"

void report_print(const struct report *report, FILE *to);

// Print whether the generator was the limit, and why the verdict is not "ok": a few rows, or none.
void report_print_reasons(const struct report *report, FILE *to);

// Print how many lines were down and for how long, how often lines moved, and why.
void report_print_outages(const struct report *report, FILE *to);
