// SPDX-License-Identifier: BSD-3-Clause
// The UNIX socket of a run: made by the run, found by heartline ctl.
#pragma once

#include <stdbool.h>

#include <sys/stat.h>

#include <heartline/config.h>
#include <heartline/error.h>

#define CONTROL_PATH_ROOM (HL_SOCKET_PATH_MAX + 1)

struct control_socket {
	int fd;                       // -1: none
	char path[CONTROL_PATH_ROOM]; // "": none
	struct stat
		made; // what is removed at the end must be this: a number alone may be used again
};

// Listen on `wanted`: a path, "off" for none, or NULL for one of this process in the run-time folder,
// which is made when it is missing. Only this user can connect (mode 0600 from the first moment on). A
// socket that nobody listens on any more is replaced; anything else at that path is refused.
// -EADDRINUSE, -errno with a message.
int control_socket_open(struct control_socket *socket, const char *wanted, struct hl_error *err);

// Is this what a run calls its socket in the run-time folder, as "4711.sock"?
bool control_socket_is_named(const char *name);

// The same for a run that nobody asked for a socket (wanted NULL): a system without a run-time folder goes without,
// which is said unless `quiet`.
int control_socket_offer(struct control_socket *socket, const char *wanted, bool quiet,
			 struct hl_error *err);

// Close it, and remove its file.
void control_socket_close(struct control_socket *socket);

// Connect to a run: at `path`, or of the process `instance`, or, when both are NULL, of the only one
// that runs. -ENOENT: there is none; -EINVAL: there are several, which the message lists.
// @return a blocking descriptor; -errno with a message
int control_socket_connect(const char *path, const char *instance, struct hl_error *err);

// Is the process at the other end of this user or root?
bool control_socket_peer_allowed(int fd);
