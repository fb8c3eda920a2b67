// SPDX-License-Identifier: BSD-3-Clause
// Sends requests and puts answers together from what comes.

#include "top/client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include "surface/control_server.h"
#include "surface/control_socket.h"

#define ROOM_FIRST 65536

int top_client_open(struct top_client *c, struct hl_error *err)
{
	int fd = control_socket_connect(c->path, c->instance, err);

	if (fd < 0)
		return fd;
	if (!control_socket_peer_allowed(fd)) {
		close(fd);
		return hl_fail(err, EPERM, "another user listens on that socket: nothing was sent");
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	c->fd = fd;
	c->waits = false;
	c->n = 0;
	return 0;
}

void top_client_close(struct top_client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->in);
	*c = (struct top_client){ .path = c->path, .instance = c->instance, .fd = -1 };
}

static int gone(struct top_client *c, const char *why, struct hl_error *err)
{
	top_client_close(c);
	return hl_fail(err, EPIPE, "the run has gone: %s", why);
}

// There is one request at a time, so the socket has room for it, or the other side is lost.
int top_client_ask(struct top_client *c, const json_t *request, struct hl_error *err)
{
	char *text = json_dumps(request, JSON_COMPACT);
	size_t len = text ? strlen(text) : 0;

	if (!text)
		return hl_fail(err, ENOMEM, "no memory for a request");
	text[len++] = '\n'; // in place of the zero
	ssize_t n = send(c->fd, text, len, MSG_NOSIGNAL);
	free(text);
	if (n != (ssize_t)len)
		return gone(c, n < 0 ? strerror(errno) : "it does not take a request", err);
	c->waits = true;
	return 0;
}

static int room_make(struct top_client *c)
{
	size_t room = c->room ? 2 * c->room : ROOM_FIRST;
	char *in;

	if (c->n < c->room)
		return 0;
	if (c->room > CONTROL_REPLY_MAX)
		return -EMSGSIZE;
	in = realloc(c->in, room);
	if (!in)
		return -ENOMEM;
	c->in = in;
	c->room = room;
	return 0;
}

int top_client_read(struct top_client *c, json_t **reply, struct hl_error *err)
{
	json_error_t error;

	for (;;) {
		if (room_make(c) < 0)
			return gone(c, "its answer is too long", err);
		ssize_t n = recv(c->fd, c->in + c->n, c->room - c->n, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0)
			return gone(c, n < 0 ? strerror(errno) : "it closed the connection", err);
		c->n += (size_t)n;
		if (c->in[c->n - 1] == '\n')
			break;
	}
	*reply = json_loadb(c->in, c->n, 0, &error);
	c->n = 0;
	c->waits = false;
	return json_is_object(*reply) ? 1 : gone(c, "its answer is no JSON", err);
}
