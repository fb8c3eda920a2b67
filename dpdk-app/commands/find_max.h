// SPDX-License-Identifier: BSD-3-Clause
// heartline run --find-max: the highest rate at which the servers do what is expected.
#pragma once

#include "report/find.h"
#include "session/run.h"

struct find_options {
	const char *what; // NULL: no search
	uint64_t start_rate, trial_ms;
};

// Look over the options, and set the profiles as a search needs them: no backup, and of probes only what the
// search asks for. What the configuration expects is of each trial, and no more of the run.
int find_max_prepare(const struct find_options *options, struct hl_config *config,
		     struct find_report *report, struct hl_error *err);

// Start the lines, search, and fill in the report.
int find_max_run(struct run *run, const struct find_options *options, struct find_report *report,
		 struct hl_error *err);
