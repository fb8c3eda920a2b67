// SPDX-License-Identifier: BSD-3-Clause
// The rate that a phase sets: one for all of it, or a slope from one to another one.
#pragma once

#include "session/run.h"

struct phase_rate {
	struct run *run;
	const struct hl_phase *phase;
	uint64_t begin_ns;
	int timer; // of the control loop; < 0: the rate stays as it is
};

// Of a phase with a rate, when it has lasted so long: what is asked for until the next step.
uint64_t phase_rate_at(const struct hl_phase *phase, uint64_t since_ns);

// From now on the run's rate is that of the phase, if it has one. *rate stays where it is until phase_rate_end().
int phase_rate_begin(struct phase_rate *rate, struct run *run, const struct hl_phase *phase,
		     struct hl_error *err);
// The phase is over: the rate stays as it was last, which at the end of its time is that of its end.
void phase_rate_end(struct phase_rate *rate);
