// SPDX-License-Identifier: BSD-3-Clause
// What a service manager (systemd: Type=notify, WatchdogSec=) is told of a run. Without one nothing happens.
#pragma once

#include "base/control_loop.h"
#include "dataplane/dataplane.h"

struct service {
	struct control_loop *loop;
	struct dataplane *dp;
	int timer;         // 0: there is no service manager
	bool has_watchdog; // which must hear of us
};

// From here on it is told each second how the lines are, and its watchdog that all poll loops turn.
int service_start(struct service *service, struct dataplane *dp, struct control_loop *loop,
		  struct hl_error *err);
void service_stop(struct service *service);

// All lines were told to start.
void service_ready(const struct service *service);
// The lines unregister, which may take so long.
void service_stopping(const struct service *service, uint64_t at_most_ms);
