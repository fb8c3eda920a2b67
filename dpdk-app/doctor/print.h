// SPDX-License-Identifier: BSD-3-Clause
// Findings for people and for programs.
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "doctor/finding.h"

// all: also what is ok.
void findings_print(const struct findings *findings, bool all, FILE *to);

json_t *findings_json(const struct findings *findings);
