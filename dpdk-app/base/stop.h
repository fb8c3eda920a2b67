// SPDX-License-Identifier: BSD-3-Clause
// Ctrl-C and the other signals that end a run: the first one drains, the second one stops at once,
// and the third one ends the process even if it hangs.
#pragma once

#include <stdbool.h>

#include <heartline/error.h>

// Catch SIGINT, SIGTERM and SIGHUP from now on, and ignore SIGPIPE. Once for a process.
int stop_catch(struct hl_error *err);

// From now on SIGHUP makes this descriptor (eventfd) readable, and stops nothing; but where the process had a
// terminal, which has gone, it stops as before. -errno with a message.
int stop_hangup_fd(struct hl_error *err);

// How often a person or a supervisor asked to stop.
int stop_requests(void);

// A descriptor (eventfd) that is readable after each request until it is read; -1 before
// stop_catch().
int stop_fd(void);

// Ask to stop, as the first Ctrl-C does; nothing more when that was asked already.
void stop_request(void);

static inline bool stop_wanted(void)
{
	return stop_requests() > 0;
}

static inline bool stop_at_once(void)
{
	return stop_requests() > 1;
}
