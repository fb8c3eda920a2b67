// SPDX-License-Identifier: BSD-3-Clause
// Round-trip times of a window: the workers' histograms only grow, a window is a difference.
#pragma once

#include <heartline/counters.h>

#include "dataplane/dataplane.h"

struct rtt_window {
	struct hl_hist base; // sums at the window's start
	struct hl_hist diff; // scratch
};

void rtt_window_start(struct rtt_window *window, const struct dataplane *dp);

// Quantile [us] of first transmissions answered since the start; 0 without any.
double rtt_window_quantile(struct rtt_window *window, const struct dataplane *dp, double q);
