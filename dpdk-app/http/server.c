// SPDX-License-Identifier: BSD-3-Clause
// The library's own epoll descriptor is one more that the control loop watches. Connections are accepted
// here, so that those too many get an answer, and each has a deadline that no trickle of bytes puts off.

#include "http/server.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/timebase.h"
#include "http/listen.h"
#include "http/transfer.h"

#define AT_ONCE_NS 1 // a timer set to 0 does not run
#define WATCH_NS 250000000ull
#define HEADERS_MAX (16u << 10) // of a request; the library's memory of a connection

// A timer that runs already is left to run, however often this is called meanwhile.
static void streams_wake(struct http_server *s)
{
	if (!s->streams.wants_turn || s->streams.has_turn)
		return;
	s->streams.has_turn = true;
	control_loop_set_timer(s->loop, s->stream_timer, HTTP_STREAM_TURN_NS, 0);
}

static void daemon_run(struct http_server *s)
{
	MHD_UNSIGNED_LONG_LONG ms;

	MHD_run(s->daemon);
	// No time-out is set, so this only ever says that there is more to do now.
	bool more = MHD_get_timeout(s->daemon, &ms) == MHD_YES;
	control_loop_set_timer(s->loop, s->daemon_timer, more ? ms * 1000000 + AT_ONCE_NS : 0, 0);
	streams_wake(s);
}

static void daemon_ready(void *context, uint32_t events)
{
	(void)events;
	daemon_run(context);
}

static void daemon_due(void *context)
{
	daemon_run(context);
}

static void turn_due(void *context)
{
	struct http_server *s = context;
	bool more = false;

	for (struct http_connection *c = s->connections; c < s->connections + HTTP_CONNECTIONS_MAX;
	     c++) {
		struct http_exchange *x = c->exchange;
		if (!x || !x->is_walking)
			continue;
		x->route->serve(x);
		x->is_walking = !x->reply.status;
		more |= x->is_walking;
		if (!x->is_walking)
			MHD_resume_connection(x->connection);
	}
	if (more)
		control_loop_set_timer(s->loop, s->turn_timer, AT_ONCE_NS, 0);
	daemon_run(s);
}

// Has the other side ended in the middle of a request, or between two? The library, which is told of each
// end once, and together with the bytes before it, may not have noticed. It is asked twice, and nothing may
// have happened in between: the next request may be in the library's buffer already.
static bool has_ended(struct http_connection *c)
{
	const struct http_stream *stream = c->exchange ? c->exchange->stream : NULL;
	char byte;

	if (c->exchange && c->exchange->is_whole && !stream)
		return false;
	if (recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0)
		return false;
	if (stream) // which nobody listens to any more
		return true;
	if (c->ended_ns == c->deadline_ns)
		return true;
	c->ended_ns = c->deadline_ns;
	return false;
}

// Of a stream it moves on with what the other side takes.
static uint64_t deadline_ns(const struct http_connection *c)
{
	const struct http_stream *stream = c->exchange ? c->exchange->stream : NULL;

	return stream ? stream->moved_ns + HTTP_ANSWER_NS : c->deadline_ns;
}

static void stream_end(struct http_exchange *x)
{
	x->stream->is_over = true;
	if (x->stream->waits)
		MHD_resume_connection(x->connection);
	x->stream->waits = false;
}

// A connection that was shut down ends by the library's own hand.
static void watch_due(void *context)
{
	struct http_server *s = context;
	uint64_t now_ns = timebase_ns();
	bool any = false;

	for (struct http_connection *c = s->connections; c < s->connections + HTTP_CONNECTIONS_MAX;
	     c++) {
		if (c->fd < 0 || (now_ns <= deadline_ns(c) && !has_ended(c)))
			continue;
		shutdown(c->fd, SHUT_RDWR);
		any |= c->exchange && c->exchange->stream;
		if (c->exchange && c->exchange->stream)
			stream_end(c->exchange);
	}
	if (any)
		daemon_run(s);
}

// A look for what is new. Those who wait are woken only when there is something.
static void stream_due(void *context)
{
	struct http_server *s = context;
	uint64_t now_ns = timebase_ns();
	bool any = false;

	s->streams.wants_turn = s->streams.has_turn = false;
	s->streams.budget = HTTP_STREAM_TURN_EVENTS;
	for (struct http_connection *c = s->connections; c < s->connections + HTTP_CONNECTIONS_MAX;
	     c++) {
		struct http_exchange *x = c->exchange;
		if (!x || !x->stream || !x->stream->waits)
			continue;
		if (!http_stream_due(x, now_ns)) {
			s->streams.wants_turn = true;
			continue;
		}
		any = true;
		x->stream->waits = false;
		MHD_resume_connection(x->connection);
	}
	if (any)
		daemon_run(s);
	else
		streams_wake(s);
}

static void connection_noted(void *context, struct MHD_Connection *connection,
			     void **socket_context, enum MHD_ConnectionNotificationCode code)
{
	struct http_server *s = context;
	struct http_connection *c = *socket_context;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (c)
			c->fd = -1;
		s->n_connections -= c != NULL;
		return;
	}
	for (c = s->connections; c->fd >= 0;)
		if (++c == s->connections + HTTP_CONNECTIONS_MAX)
			return;
	c->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	c->deadline_ns = timebase_ns() + HTTP_REQUEST_NS;
	c->ended_ns = 0;
	*socket_context = c;
	s->n_connections++;
}

static void exchange_completed(void *context, struct MHD_Connection *connection, void **exchange,
			       enum MHD_RequestTerminationCode code)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct http_connection *c = info ? info->socket_context : NULL;

	(void)context;
	(void)code;
	http_exchange_free(*exchange);
	*exchange = NULL;
	if (c) {
		c->exchange = NULL;
		c->deadline_ns = timebase_ns() + HTTP_REQUEST_NS;
	}
}

// An answer that fits into any socket's buffer. Over TLS there is none: it would take a handshake.
static void turn_away(const struct http_server *s, int fd)
{
	static const char text[] =
		"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
		"Retry-After: 5\r\nConnection: close\r\nContent-Length: 97\r\n\r\n"
		"{\"error\":{\"what\":\"too many connections\",\"allowed\":\"64 at a time\",\"fix\":"
		"\"try again in 5 seconds\"}}\n";

	if (!s->access.certificate)
		(void)!send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL);
	close(fd);
}

static void accept_ready(void *context, uint32_t events)
{
	struct http_server *s = context;
	struct sockaddr_storage from;

	(void)events;
	for (int k = 0; k < HTTP_CONNECTIONS_MAX; k++) {
		socklen_t len = sizeof(from);
		int fd = accept4(s->listen_fd, (void *)&from, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			break;
		if (s->n_connections == HTTP_CONNECTIONS_MAX)
			turn_away(s, fd);
		else
			MHD_add_connection(s->daemon, fd, (void *)&from,
					   len); // closes what it refuses
	}
	daemon_run(s);
}

// What the library says while it starts: the reason for a refusal.
static void said(void *context, const char *format, va_list arguments)
{
	struct http_server *s = context;

	vsnprintf(s->said, sizeof(s->said), format, arguments);
	s->said[strcspn(s->said, "\n")] = 0;
}

static int daemon_start(struct http_server *s, struct hl_error *err)
{
	const struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, s->access.certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, s->access.key },
		{ MHD_OPTION_END, 0, NULL },
	};
	bool has_tls = s->access.certificate;

	s->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
			MHD_USE_ERROR_LOG | (has_tls ? MHD_USE_TLS : 0),
		0, NULL, NULL, http_transfer, s, MHD_OPTION_EXTERNAL_LOGGER, said, s,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_NOTIFY_CONNECTION, connection_noted, s, MHD_OPTION_NOTIFY_COMPLETED,
		exchange_completed, s, MHD_OPTION_ARRAY, has_tls ? tls : tls + 2, MHD_OPTION_END);
	if (s->daemon)
		return 0;
	if (has_tls)
		return hl_fail(
			err, EINVAL,
			"http_certificate_file, http_key_file: they cannot be used: %s; they "
			"must be a certificate and its key in PEM",
			s->said);
	return hl_fail(err, EIO, "http: the server cannot start: %s", s->said);
}

int http_server_open(struct http_server *s, const struct hl_config *config, struct hl_error *err)
{
	*s = (struct http_server){ .listen_fd = -1 };
	for (unsigned i = 0; i < HTTP_CONNECTIONS_MAX; i++)
		s->connections[i].fd = -1;
	int rc = http_access_read(&s->access, config, err);
	if (rc == 0 && s->access.is_open)
		rc = s->listen_fd = http_listen(&s->access.at, err);
	if (rc >= 0 && s->access.is_open)
		rc = daemon_start(s, err);
	if (rc < 0)
		http_server_close(s);
	return rc;
}

void http_server_close(struct http_server *s)
{
	if (s->access.is_open && s->listen_fd >= 0)
		close(s->listen_fd);
	if (s->daemon)
		MHD_stop_daemon(s->daemon);
	s->daemon = NULL;
	http_access_free(&s->access);
}

static uint64_t streams_run(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int http_server_start(struct http_server *s, struct view *view, struct control_loop *loop,
		      struct hl_error *err)
{
	if (!s->daemon)
		return 0;
	int fd = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	s->view = view;
	s->loop = loop;
	s->streams.run = streams_run();
	s->streams.budget = HTTP_STREAM_TURN_EVENTS;
	int rc = s->daemon_timer = control_loop_add_timer(loop, daemon_due, s, err);
	if (rc > 0)
		rc = s->turn_timer = control_loop_add_timer(loop, turn_due, s, err);
	if (rc > 0)
		rc = s->watch_timer = control_loop_add_timer(loop, watch_due, s, err);
	if (rc > 0)
		rc = s->stream_timer = control_loop_add_timer(loop, stream_due, s, err);
	if (rc > 0)
		rc = s->daemon_subscription = control_loop_add_fd(loop, fd, EPOLLIN, daemon_ready,
								  s, err);
	if (rc > 0)
		rc = s->accept_subscription = control_loop_add_fd(loop, s->listen_fd, EPOLLIN,
								  accept_ready, s, err);
	if (rc < 0)
		return rc;
	control_loop_set_timer(loop, s->watch_timer, WATCH_NS, WATCH_NS);
	return 0;
}

void http_server_stop(struct http_server *s)
{
	if (!s->loop)
		return;
	MHD_run(s->daemon); // what is due goes out as far as it can
	for (struct http_connection *c = s->connections; c < s->connections + HTTP_CONNECTIONS_MAX;
	     c++)
		if (c->exchange && c->exchange->is_walking) {
			c->exchange->is_walking = false;
			MHD_resume_connection(c->exchange->connection);
		} else if (c->exchange && c->exchange->stream) {
			stream_end(c->exchange);
		}
	MHD_stop_daemon(s->daemon);
	s->daemon = NULL;
	control_loop_remove(s->loop, s->accept_subscription);
	control_loop_remove(s->loop, s->daemon_subscription);
	control_loop_remove(s->loop, s->daemon_timer);
	control_loop_remove(s->loop, s->turn_timer);
	control_loop_remove(s->loop, s->watch_timer);
	control_loop_remove(s->loop, s->stream_timer);
	s->loop = NULL;
}
