// SPDX-License-Identifier: BSD-3-Clause
// A worker polled without pause by a clock that runs, every line probing, and how late its probes leave.
#pragma once

#include <time.h>

#include "beat.h"

enum { PROBING_P50, PROBING_P99, PROBING_P999, PROBING_TAKEN_MS, PROBING_FIGURES };

struct probing {
	struct rig *rig;
	struct beat beat;
	struct samples late;
	// CLOCK_MONOTONIC, or that of the thread, which stands still while another program has the processor
	clockid_t clock;
	uint64_t offset_ns; // of the worker's time to it
	uint64_t last_ns, gaps_ns;
};

// Every line of the rig is registered.
struct probing probing_new(struct rig *rig, clockid_t clock);
void probing_free(struct probing *probing);

void probing_run(struct probing *probing, double seconds);

// The same, and how late probes were [us]; PROBING_TAKEN_MS: for so long something else had the processor [ms].
void probing_measure(struct probing *probing, double seconds, double figures[PROBING_FIGURES]);
