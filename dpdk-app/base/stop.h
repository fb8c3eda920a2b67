// SPDX-License-Identifier: BSD-3-Clause
// Ctrl-C and its kin: once to drain, twice to quit at once.
#pragma once

#include <stdbool.h>

// Catch SIGINT, SIGTERM and SIGHUP from now on.
void stop_catch(void);

// How often a person or a supervisor asked to stop.
int stop_requests(void);

static inline bool stop_wanted(void)
{
	return stop_requests() > 0;
}

static inline bool stop_at_once(void)
{
	return stop_requests() > 1;
}
