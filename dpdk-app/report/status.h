// SPDX-License-Identifier: BSD-3-Clause
// The live status: one line a second on stderr.
#pragma once

#include <stdbool.h>

#include "base/control_loop.h"
#include "dataplane/dataplane.h"
#include "report/rtt.h"

struct status {
	bool silent;
	struct dataplane *dp;
	struct control_loop *control;
	int timer;
	uint64_t start_ns, next_ns, last_ns;
	unsigned lines_shown;
	struct hl_snapshot last;
	struct rtt_window rtt;
};

// Print a line each second from now on, unless it is to be silent.
int status_start(struct status *status, struct dataplane *dp, struct control_loop *control,
		 struct hl_error *err);
void status_stop(struct status *status);
