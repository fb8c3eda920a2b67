// SPDX-License-Identifier: BSD-3-Clause
// The HTTP server of a run: libmicrohttpd without a thread of its own, in the loop of the control thread.
// Nobody who connects can make it wait, or take more memory than is said here.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/control_loop.h"
#include "http/access.h"
#include "http/exchange.h"
#include "http/stream.h"

#define HTTP_CONNECTIONS_MAX 64
#define HTTP_REQUEST_NS (15 * 1000000000ull) // in which a request must be there as a whole
#define HTTP_ANSWER_NS (60 * 1000000000ull)  // in which its answer must have been taken

struct MHD_Daemon;

struct http_connection {
	int fd; // -1: free
	uint64_t deadline_ns;
	uint64_t
		ended_ns; // the deadline when its end was seen, with nothing more to read; 0: it was not
	struct http_exchange *exchange; // NULL: none is under way
};

struct http_server {
	struct http_access access;
	struct MHD_Daemon *daemon; // NULL: there is no server
	int listen_fd;
	struct view *view;
	struct control_loop *loop;
	int accept_subscription, daemon_subscription, daemon_timer;
	int turn_timer;  // of those who have more to do at once
	int watch_timer; // of those who take too long
	int stream_timer;
	struct http_streams streams;
	unsigned n_connections;
	struct http_connection connections[HTTP_CONNECTIONS_MAX];
	char said[160]; // by the library, while it starts
};

// Read the settings and listen; nobody is served yet. Off is no error.
// http_server_close() after a success only.
int http_server_open(struct http_server *server, const struct hl_config *config,
		     struct hl_error *err);
void http_server_close(struct http_server *server);

// Serve from now on, and say where unless it is to be quiet.
int http_server_start(struct http_server *server, struct view *view, struct control_loop *loop,
		      struct hl_error *err);
// Let everybody go.
void http_server_stop(struct http_server *server);
