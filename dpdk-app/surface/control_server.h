// SPDX-License-Identifier: BSD-3-Clause
// Serves the control socket on the control thread: lines of JSON in, lines of JSON out. Nobody who
// connects can make it wait, or take more memory than is said here.
#pragma once

#include "base/control_loop.h"
#include "session/view.h"
#include "surface/control_socket.h"
#include "surface/serve.h"

#define CONTROL_CLIENTS_MAX 16
#define CONTROL_REPLY_MAX (4u << 20)         // bytes; a longer reply is a refusal
#define CONTROL_IDLE_NS (60 * 1000000000ull) // then who neither asks nor reads is let go

struct control_server;

struct control_client {
	struct control_server *server; // NULL: free
	int fd, subscription;
	bool writes; // it waits for room, so it is watched for that
	bool ends;   // nothing more is read: close it once all is written
	uint64_t active_ns;
	char *in; // REQUEST_BYTES_MAX + 1
	size_t n_in;
	char *out; // one reply; NULL: none is under way
	size_t n_out, sent;
	struct serving serving;
};

// Who answers. A reply that is NULL is not done yet: go_on() is called again, until it is, or cancel().
struct control_service {
	json_t *(*begin)(void *served, struct serving *serving, const char *line, size_t len);
	json_t *(*go_on)(void *served, struct serving *serving);
	void (*cancel)(void *served, struct serving *serving);
};

struct control_server {
	const struct control_service *service;
	void *served;
	struct control_loop *loop;
	struct control_socket *socket;
	int accept_subscription;
	int turn_timer; // of those who have more to do at once
	int idle_timer;
	struct control_client clients[CONTROL_CLIENTS_MAX];
};

// Serve a socket from now on. *server is zero. A socket without a path is none, and no error.
int control_server_start(struct control_server *server, struct control_socket *socket,
			 struct view *view, struct control_loop *loop, struct hl_error *err);

// The same for anything else that answers.
int control_server_serve(struct control_server *server, struct control_socket *socket,
			 const struct control_service *service, void *served,
			 struct control_loop *loop, struct hl_error *err);

// Write what is due as far as it goes, and let everybody go.
void control_server_stop(struct control_server *server);
