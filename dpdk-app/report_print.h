// SPDX-License-Identifier: BSD-3-Clause
// The report of a run for a person: the verdict first, then what led to it, then the rest.
#pragma once

#include <stdio.h>

#include "report.h"

#define CAUSE_ROOM (HL_PHRASE_ROOM + 16)
// "403 Forbidden", "time-out"; "no failure seen" for a line that was only slow.
const char *cause_text(const struct report *report, uint16_t code, char out[CAUSE_ROOM]);

void report_print(const struct report *report, FILE *to);

// Why the verdict is not "ok", and before that whether the generator was the limit: a few rows, or none.
void report_print_reasons(const struct report *report, FILE *to);

// Which lines were down for how long, how often lines moved, and why.
void report_print_outages(const struct report *report, FILE *to);
