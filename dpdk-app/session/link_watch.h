// SPDX-License-Identifier: BSD-3-Clause
// The links of the ports while a run goes on: looked at often, said once each way, told to the workers.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>
#include <heartline/error.h>

#include "base/control_loop.h"
#include "device/port.h"
#include "session/run_settings.h"

struct link_watch {
	const struct port *ports;
	unsigned n_ports;
	struct run_settings *settings;
	struct control_loop *loop;
	int timer;
	uint32_t n_down;                 // now
	uint32_t downs;                  // so far
	uint64_t down_ns;                // of those that are over
	uint64_t since_ns[HL_PORTS_MAX]; // since when a link is down; 0: it is up, or not known
};

// ports: NULL: rings.
int link_watch_start(struct link_watch *watch, const struct port ports[], unsigned n_ports,
		     struct run_settings *settings, struct control_loop *loop,
		     struct hl_error *err);
void link_watch_stop(struct link_watch *watch);

// How long links were down, in all.
uint64_t link_watch_down_ms(const struct link_watch *watch);
