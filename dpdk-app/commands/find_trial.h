// SPDX-License-Identifier: BSD-3-Clause
// One trial of a search: so many requests a second for a time, apart from warming up and cooling down.
#pragma once

#include "report/find.h"
#include "session/rate_search.h"
#include "session/run.h"
#include "session/window.h"

struct find {
	struct run *run;
	enum find_what what;
	struct hl_expectations expect; // of each trial
	bool none_refused;             // one line that is refused fails the trial
	struct window window;
	uint64_t settle_ms; // in which a request is answered or given up
	bool stopped;       // by Ctrl-C
};

// Make the run ready: register the lines where the search is about those that are registered.
// 0; -EAGAIN with why not; another -errno with an error.
int find_warm_up(struct find *find, double start_rate, char why[FIND_WHY_ROOM],
		 struct hl_error *err);

// `lower`: a rate that the servers can do, for cooling down.
int find_trial(struct find *find, double rate, double lower, struct find_trial *trial,
	       enum trial_outcome *outcome, struct hl_error *err);
