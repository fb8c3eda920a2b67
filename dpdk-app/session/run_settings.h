// SPDX-License-Identifier: BSD-3-Clause
// What holds for a whole run and may change while it goes on: its rate, whether it is paused, its links.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>

#include "base/control_loop.h"
#include "loop/lcore_loop.h"

struct dataplane;

// Every worker is told until it has heard the latest.
struct run_settings {
	const struct dataplane *dp;
	struct control_loop *loop;
	int timer;
	uint64_t rate; // requests a second; 0: no limit
	bool paused;
	uint64_t links_down;                      // a bit for each port of the configuration
	uint32_t changes, heard[LCORE_LOOPS_MAX]; // by worker
	uint32_t pauses;                          // so far
	uint64_t paused_ns;                       // of those that are over
	uint64_t paused_since_ns;
};

int run_settings_start(struct run_settings *settings, const struct dataplane *dp, uint64_t rate,
		       struct control_loop *loop, struct hl_error *err);
void run_settings_stop(struct run_settings *settings);

void run_settings_rate(struct run_settings *settings, uint64_t rate);
// False: it was so already.
bool run_settings_pause(struct run_settings *settings, bool paused);

void run_settings_link(struct run_settings *settings, unsigned port, bool is_up);

// How long the run was paused, in all.
uint64_t run_settings_paused_ms(const struct run_settings *settings);
