// SPDX-License-Identifier: BSD-3-Clause
// The live status: one line a second on stderr.
#pragma once

#include <stdbool.h>

#include "dataplane/dataplane.h"
#include "report/rtt.h"

struct status {
	bool silent;
	uint64_t start_ns, next_ns, last_ns;
	unsigned lines_shown;
	struct hl_snapshot last;
	struct rtt_window rtt;
};

void status_start(struct status *status, struct dataplane *dp, bool silent);

// Print a line when a second has passed since the last one. Call often.
void status_tick(struct status *status, struct dataplane *dp);
