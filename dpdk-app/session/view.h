// SPDX-License-Identifier: BSD-3-Clause
// A run as others see it and steer it: the one object that all surfaces (control socket, and whatever
// comes beside it) call. It reads the lock-free tables, so nobody who looks can slow or stop a worker.
//
// All calls are on the control thread, and short: what walks lines does so in slices.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/snapshot.h>

#include "base/control_loop.h"
#include "loop/lcore_loop.h"
#include "report/rtt.h"
#include "session/link_watch.h"
#include "session/orders.h"
#include "session/run_settings.h"
#include "session/view_series.h"

struct run;

enum view_phase {
	VIEW_STARTING, // no line was started yet
	VIEW_RUNNING,
	VIEW_PAUSED,
	VIEW_DRAINING,
};

const char *view_phase_name(enum view_phase phase);

// The last whole second.
struct view_second {
	uint64_t requests, answers, retransmissions;
	uint64_t put_off; // requests that `rate` made wait
	uint64_t failovers, returns;
	double rtt_p50_us, rtt_p99_us; // NAN: nothing was answered
	// Of each poll loop's time, the part in which it had something to do.
	double busy_percent[LCORE_LOOPS_MAX];
};

struct view {
	const struct run *run;
	struct control_loop *loop;
	const char *source; // the file of the configuration; NULL: flags
	int second_timer;
	uint64_t start_ns, sampled_ns;
	struct hl_snapshot sample;         // of the latest second's end
	uint64_t busy_ns[LCORE_LOOPS_MAX]; // likewise, by poll loop
	struct rtt_window rtt;
	struct view_second second;
	struct view_series *series;
	struct run_settings settings;
	struct link_watch link;
	struct orders orders;
};

struct view_status {
	enum view_phase phase;
	const char *source;
	uint64_t uptime_ms;
	uint64_t rate; // requests a second at most; 0: no limit
	uint32_t pauses;
	uint64_t paused_ms;   // in all
	uint64_t gone;        // lines that were removed and whose places are free again
	uint64_t orders_left; // lines that an order has not reached yet
	struct view_second second;
	unsigned n_loops;
	unsigned lcores[LCORE_LOOPS_MAX]; // of the poll loops
	struct hl_snapshot now;           // with the limits that the program counts itself
};

// From here on a sample is taken each second. `view` is zero but for its source.
int view_start(struct view *view, const struct run *run, struct control_loop *loop,
	       struct hl_error *err);
void view_stop(struct view *view);

// A run that drains takes no orders any more. -EBUSY with a message.
int view_check_steerable(const struct view *view, struct hl_error *err);

// About a millisecond for a million lines, as the line of status that a run prints.
void view_status(const struct view *view, struct view_status *status);
