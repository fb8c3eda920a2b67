// SPDX-License-Identifier: BSD-3-Clause
// Asks whoever listens on a control socket, and waits for the answer.
#pragma once

#include <jansson.h>

#include <heartline/error.h>

// Which process: see control_socket_connect(). 0; -ETIMEDOUT when there is no answer within so many seconds,
// -errno with a message. *reply is the caller's.
int ctl_ask(const char *path, const char *instance, unsigned patience_s, const json_t *request,
	    json_t **reply, struct hl_error *err);
