// SPDX-License-Identifier: BSD-3-Clause
// The phases of a run, one after the other: what each does, waits for, and comes to.
#pragma once

#include <stdbool.h>

#include "session/run.h"

// Are its commands and programs there? Before anything starts. 0, or an error that points into the file.
int phases_check(const struct hl_config *config, const char *path, struct hl_error *err);

// Does a run with them start programs?
bool phases_run_programs(const struct hl_config *config);

// Start the lines with the first phase, and go through all of them; the report of the run has what came of
// each. A configuration without phases is an error of the caller.
int phases_run(struct run *run, struct hl_error *err);
