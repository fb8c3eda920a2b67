// SPDX-License-Identifier: BSD-3-Clause
// heartline line trace: follows a line.
#pragma once

#include <stdbool.h>

#include <jansson.h>

#include <heartline/error.h>

struct line_trace {
	json_t *request;               // of the command, to which the place to go on is added
	const char *socket, *instance; // as control_socket_connect() takes them
	bool json;
};

// Print what the line does until Ctrl-C, or until the run has ended. Returns the exit code; err->code is set
// when it could not even begin.
int line_trace_follow(const struct line_trace *trace, struct hl_error *err);
