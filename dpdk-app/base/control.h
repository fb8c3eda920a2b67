// SPDX-License-Identifier: BSD-3-Clause
// The control thread of a command: its loop, and how it waits in the loop for what it needs next.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>

#include "base/control_loop.h"

enum control_end {
	CONTROL_REACHED,
	CONTROL_TIMED_OUT,
	CONTROL_STOPPED, // Ctrl-C
};

#define CONTROL_NO_TIMEOUT UINT64_MAX

// What to wait for. Meanwhile the loop calls all its subscribers as usual.
struct control_until {
	bool (*reached)(void *context); // NULL: only the time and Ctrl-C end it
	void *context;
	uint64_t look_every_ns; // how often reached() is asked
	uint64_t timeout_ns;    // CONTROL_NO_TIMEOUT: none
	int stop_requests; // the wait ends after so many (stop.h), counted from the program's start
	// Printed after a second, as in "waiting for" "the link of" "net_tap0"; NULL: nothing is.
	const char *what, *whose;
};

struct control {
	struct control_loop *loop;
	int look, deadline, patience, stop; // subscriptions
	const struct control_until *until;  // of the wait under way
	enum control_end end;
};

// Catch Ctrl-C, and make the loop. *control is zero.
int control_open(struct control *control, struct hl_error *err);
void control_close(struct control *control);

enum control_end control_wait(struct control *control, const struct control_until *until);
