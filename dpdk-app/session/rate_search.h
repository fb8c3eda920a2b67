// SPDX-License-Identifier: BSD-3-Clause
// The search for the highest rate at which all goes well, by RFC 7502 section 4.10: grow by half until a trial
// fails, halve what is in between, then hold the candidate for longer. Where it does not hold, the RFC goes down by
// a fixed share; here that share doubles each time, and what is in between is halved again by long trials.
#pragma once

#include <stdbool.h>

enum search_step { SEARCH_GROW, SEARCH_BISECT, SEARCH_VERIFY };

enum trial_outcome {
	TRIAL_MET,
	TRIAL_MISSED,    // what was expected of the servers
	TRIAL_GENERATOR, // it could not ask at that rate
};

enum search_end {
	SEARCH_UNDER_WAY,
	SEARCH_FOUND,
	SEARCH_GENERATOR, // it was the limit, before any server was
	SEARCH_TOP,       // the highest rate that was to be tried went well
	SEARCH_NONE,      // not even the lowest rate did
	SEARCH_STOPPED,
	SEARCH_ENDS,
};

struct rate_search {
	double rate; // of the next trial
	double good; // the highest that went well; 0: none
	double bad;  // the lowest that did not; 0: none
	double held; // the highest that went well for longer; 0: none
	double down; // share by which a candidate that does not hold is lowered
	double top;  // the highest to be tried; 0: no limit
	enum search_step step;
	enum search_end end;
	unsigned n_good; // trials in a row that went well below `bad`
	bool again;      // the next trial repeats one that did not go well
};

void rate_search_begin(struct rate_search *search, double start, double top);

// One trial at search->rate is over. A single one that did not go well proves nothing: the machine may have
// been busy elsewhere. It is repeated, and two in a row count.
void rate_search_note(struct rate_search *search, enum trial_outcome outcome);
