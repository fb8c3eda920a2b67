// SPDX-License-Identifier: BSD-3-Clause
// One client after the other: a request is read only when the reply before it has been written, so a
// client that does not read gets nothing more, and is let go when it stays that way.

#include "surface/control_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/timebase.h"
#include "surface/json_view.h"

#define AT_ONCE_NS 1       // a timer set to 0 does not run
#define A_MOMENT_NS 500000 // until a worker is looked at again
#define IDLE_LOOK_NS 5000000000ull

static void client_ready(void *context, uint32_t events);

static void client_close(struct control_client *c)
{
	c->server->service->cancel(c->server->served, &c->serving);
	control_loop_remove(c->server->loop, c->subscription);
	close(c->fd);
	free(c->in);
	free(c->out);
	*c = (struct control_client){ 0 };
}

// Watch for what the client can go on with. -1: it was let go.
static int client_watch(struct control_client *c, bool writes)
{
	struct control_loop *loop = c->server->loop;
	struct hl_error err;

	if (c->subscription && c->writes == writes)
		return 0;
	control_loop_remove(loop, c->subscription);
	c->writes = writes;
	c->subscription = control_loop_add_fd(loop, c->fd, writes ? EPOLLOUT : EPOLLIN,
					      client_ready, c, &err);
	if (c->subscription > 0)
		return 0;
	c->subscription = 0;
	client_close(c);
	return -1;
}

static void reply_take(struct control_client *c, json_t *reply)
{
	size_t len = reply ? json_dumpb(reply, NULL, 0, JSON_COMPACT) : 0;

	if (len == 0 || len >= CONTROL_REPLY_MAX) {
		json_decref(reply);
		reply = json_refusal("the answer is too long; ask for less, say by limit");
		len = json_dumpb(reply, NULL, 0, JSON_COMPACT);
	}
	c->out = malloc(len + 1);
	if (c->out) {
		json_dumpb(reply, c->out, len, JSON_COMPACT);
		c->out[len] = '\n';
		c->n_out = len + 1;
	} else {
		c->ends = true;
	}
	c->sent = 0;
	json_decref(reply);
}

// True: all is written, and the next request may be served.
static bool client_write(struct control_client *c)
{
	while (c->out && c->sent < c->n_out) {
		ssize_t n = send(c->fd, c->out + c->sent, c->n_out - c->sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n < 0) { // it has left
			c->ends = true;
			break;
		}
		c->sent += (size_t)n;
		c->active_ns = timebase_ns();
	}
	free(c->out);
	c->out = NULL;
	c->n_out = c->sent = 0;
	return true;
}

static void client_read(struct control_client *c)
{
	size_t room = REQUEST_BYTES_MAX + 1 - c->n_in;
	ssize_t n = room ? recv(c->fd, c->in + c->n_in, room, 0) : -1;

	if (room == 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	if (n <= 0) {
		c->ends = true;
		return;
	}
	c->n_in += (size_t)n;
}

// Begin with the next whole line, if there is one. What ends without a newline was cut off.
static void client_next(struct control_client *c)
{
	char *end = memchr(c->in, '\n', c->n_in);

	if (!end && c->n_in > REQUEST_BYTES_MAX) {
		struct hl_error err;
		c->ends = true;
		c->n_in = 0;
		hl_fail(&err, E2BIG,
			"the request is longer than %d bytes, or has no newline at its end",
			REQUEST_BYTES_MAX);
		reply_take(c, json_refusal(err.text));
		return;
	}
	if (!end && c->ends && c->n_in > 0) {
		c->n_in = 0;
		reply_take(c, json_refusal("the request has no newline at its end; write one"));
		return;
	}
	if (!end)
		return;
	size_t len = (size_t)(end - c->in);
	c->active_ns = timebase_ns();
	json_t *reply = c->server->service->begin(c->server->served, &c->serving, c->in, len);
	c->n_in -= len + 1;
	memmove(c->in, end + 1, c->n_in);
	if (reply)
		reply_take(c, reply);
}

static bool has_line(const struct control_client *c)
{
	return c->n_in > 0 && (memchr(c->in, '\n', c->n_in) || c->ends);
}

// One step: at most one request, or one turn of one. Others get their turn in between.
static void client_step(struct control_client *c)
{
	if (!client_write(c)) {
		client_watch(c, true);
		return;
	}
	if (c->serving.is_open) {
		json_t *reply = c->server->service->go_on(c->server->served, &c->serving);
		if (reply)
			reply_take(c, reply);
	} else {
		client_next(c);
	}
	if (!client_write(c)) {
		client_watch(c, true);
		return;
	}
	bool more = c->serving.is_open || has_line(c);
	if (!more && c->ends) {
		client_close(c);
		return;
	}
	if (more)
		control_loop_set_timer(c->server->loop, c->server->turn_timer,
				       c->serving.waits ? A_MOMENT_NS : AT_ONCE_NS, 0);
	client_watch(c, false);
}

static void client_ready(void *context, uint32_t events)
{
	struct control_client *c = context;

	// While one is served nothing is read: what was sent stays in the socket, which is bounded.
	if (events & EPOLLIN && !c->serving.is_open && !c->out)
		client_read(c);
	if (events & (EPOLLHUP | EPOLLERR) && !(events & EPOLLIN)) {
		client_close(c);
		return;
	}
	client_step(c);
}

static void turn_due(void *context)
{
	struct control_server *server = context;

	for (struct control_client *c = server->clients; c < server->clients + CONTROL_CLIENTS_MAX;
	     c++)
		if (c->server && !c->out && (c->serving.is_open || has_line(c)))
			client_step(c);
}

static void idle_due(void *context)
{
	struct control_server *server = context;
	uint64_t now_ns = timebase_ns();

	for (struct control_client *c = server->clients; c < server->clients + CONTROL_CLIENTS_MAX;
	     c++)
		if (c->server && !c->serving.is_open && now_ns - c->active_ns > CONTROL_IDLE_NS)
			client_close(c);
}

// A refusal that fits into any socket's buffer.
static void turn_away(int fd, const char *why)
{
	json_t *reply = json_refusal(why);
	char *text = json_dumps(reply, JSON_COMPACT);

	json_decref(reply);
	if (text && send(fd, text, strlen(text), MSG_NOSIGNAL) > 0)
		(void)!send(fd, "\n", 1, MSG_NOSIGNAL);
	free(text);
	close(fd);
}

static void client_add(struct control_server *server, int fd)
{
	struct control_client *c = server->clients, *end = c + CONTROL_CLIENTS_MAX;

	while (c < end && c->server)
		c++;
	if (!control_socket_peer_allowed(fd)) {
		turn_away(fd, "only the user of this run, and root, may speak to it");
		return;
	}
	if (c == end) {
		turn_away(fd, "16 others are connected, which is all that may be; try again later");
		return;
	}
	*c = (struct control_client){ .server = server, .fd = fd, .active_ns = timebase_ns() };
	c->in = malloc(REQUEST_BYTES_MAX + 1);
	if (!c->in)
		client_close(c);
	else
		client_watch(c, false);
}

static void accept_ready(void *context, uint32_t events)
{
	struct control_server *server = context;

	(void)events;
	for (int k = 0; k < CONTROL_CLIENTS_MAX; k++) {
		int fd = accept4(server->socket->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			return;
		client_add(server, fd);
	}
}

int control_server_serve(struct control_server *server, struct control_socket *socket,
			 const struct control_service *service, void *served,
			 struct control_loop *loop, struct hl_error *err)
{
	if (socket->path[0] == 0)
		return 0;
	server->service = service;
	server->served = served;
	server->loop = loop;
	server->socket = socket;
	int rc = server->turn_timer = control_loop_add_timer(loop, turn_due, server, err);
	if (rc > 0)
		rc = server->idle_timer = control_loop_add_timer(loop, idle_due, server, err);
	if (rc > 0)
		rc = server->accept_subscription = control_loop_add_fd(loop, socket->fd, EPOLLIN,
								       accept_ready, server, err);
	if (rc < 0)
		return rc;
	control_loop_set_timer(loop, server->idle_timer, IDLE_LOOK_NS, IDLE_LOOK_NS);
	return 0;
}

static json_t *view_begin(void *view, struct serving *serving, const char *line, size_t len)
{
	return serve_line(view, serving, line, len);
}

static json_t *view_go_on(void *view, struct serving *serving)
{
	return serve_continue(view, serving);
}

static void view_cancel(void *view, struct serving *serving)
{
	serve_cancel(view, serving);
}

int control_server_start(struct control_server *server, struct control_socket *socket,
			 struct view *view, struct control_loop *loop, struct hl_error *err)
{
	static const struct control_service service = { view_begin, view_go_on, view_cancel };

	return control_server_serve(server, socket, &service, view, loop, err);
}

void control_server_stop(struct control_server *server)
{
	if (!server->loop)
		return;
	for (struct control_client *c = server->clients; c < server->clients + CONTROL_CLIENTS_MAX;
	     c++)
		if (c->server) {
			client_write(c);
			client_close(c);
		}
	control_loop_remove(server->loop, server->accept_subscription);
	control_loop_remove(server->loop, server->turn_timer);
	control_loop_remove(server->loop, server->idle_timer);
	*server = (struct control_server){ 0 };
}
