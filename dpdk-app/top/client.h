// SPDX-License-Identifier: BSD-3-Clause
// One connection to a run's control socket: a request at a time, and nothing here waits.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include <heartline/error.h>

struct top_client {
	const char *path, *instance; // as control_socket_connect() takes them
	int fd;                      // -1: not connected
	bool waits;                  // for an answer
	char *in;
	size_t n, room;
};

// -errno with a message: nobody listens there.
int top_client_open(struct top_client *client, struct hl_error *err);
// Whatever is under way is forgotten.
void top_client_close(struct top_client *client);

// Send a request. -errno with a message: the run has gone, and the client is closed.
int top_client_ask(struct top_client *client, const json_t *request, struct hl_error *err);

// Read what has come. @return 1: *reply is there, and the caller's; 0: not all of it yet; -errno with a
// message: the run has gone, and the client is closed
int top_client_read(struct top_client *client, json_t **reply, struct hl_error *err);
