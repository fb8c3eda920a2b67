// SPDX-License-Identifier: BSD-3-Clause
// heartline top: a live screen of a run, by its control socket.
#pragma once

#include <stdint.h>

#include <heartline/error.h>

struct top_options {
	const char *socket, *instance; // as control_socket_connect() takes them
	uint64_t rate_scale;
	// Of a screen that a run shows itself: a socket whose end means that of the run, and a file of what it
	// said meanwhile. -1: none.
	int run_fd, said_fd;
};

// Show the screen until it is left. Returns the exit code.
int top_show(const struct top_options *options, struct hl_error *err);
