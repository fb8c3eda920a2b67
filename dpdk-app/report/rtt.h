// SPDX-License-Identifier: BSD-3-Clause
// Round-trip times within a window. The workers' histograms only ever grow, so a window is a
// difference.
#pragma once

#include <heartline/counters.h>

#include "dataplane/dataplane.h"

struct rtt_window {
	struct hl_hist base; // sums at the window's start
	struct hl_hist diff; // scratch
};

void rtt_window_start(struct rtt_window *window, const struct dataplane *dp);

// A quantile [us] of requests that were answered at the first transmission since the window's
// start.
double rtt_window_quantile(struct rtt_window *window, const struct dataplane *dp, double q);
