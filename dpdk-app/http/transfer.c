// SPDX-License-Identifier: BSD-3-Clause
// The library calls once with the headers, once for each part of a body, and once at the end; and once
// more when a connection that was suspended goes on.

#include "http/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "base/timebase.h"
#include "http/routes.h"
#include "http/stream.h"

#define AT_ONCE_NS 1 // a timer set to 0 does not run
#define STREAM_BLOCK 4096

#define CONTENT_POLICY \
	"default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; " \
	"frame-ancestors 'none'; object-src 'none'"

static void header(struct MHD_Response *response, const char *name, const char *value)
{
	MHD_add_response_header(response, name, value);
}

static ssize_t stream_read(void *context, uint64_t position, char *to, size_t room)
{
	struct http_exchange *x = context;
	long n = http_stream_read(x, to, room);

	(void)position;
	if (n < 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (n == 0)
		MHD_suspend_connection(x->connection);
	return n;
}

// The bytes are the exchange's, which lives until the answer has been sent.
static struct MHD_Response *response_new(struct http_exchange *x)
{
	const struct http_reply *r = &x->reply;

	if (x->stream)
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK,
							 stream_read, x, NULL);
	return MHD_create_response_from_buffer(r->n, (void *)(uintptr_t)r->bytes,
					       MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result reply_send(struct http_exchange *x)
{
	const struct http_reply *r = &x->reply;
	struct MHD_Response *response = response_new(x);

	if (!response)
		return MHD_NO;
	header(response, "Content-Type", r->type);
	header(response, "Cache-Control", "no-store");
	header(response, "X-Content-Type-Options", "nosniff");
	header(response, "Referrer-Policy", "no-referrer");
	header(response, "Content-Security-Policy", CONTENT_POLICY);
	if (r->allow)
		header(response, "Allow", r->allow);
	if (r->asks_token)
		header(response, "WWW-Authenticate", "Bearer");
	enum MHD_Result queued = MHD_queue_response(x->connection, r->status, response);
	MHD_destroy_response(response);
	return queued;
}

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static struct http_connection *connection_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static enum MHD_Result begin(struct http_server *server, struct MHD_Connection *connection,
			     const char *url, const char *method, void **context)
{
	struct http_connection *c = connection_of(connection);
	const struct http_head head = {
		.method = method,
		.host = header_of(connection, "Host"),
		.authorization = header_of(connection, "Authorization"),
		.content_type = header_of(connection, "Content-Type"),
		.content_length = header_of(connection, "Content-Length"),
		.transfer_encoding = header_of(connection, "Transfer-Encoding"),
	};
	struct http_exchange *x = c ? http_exchange_new(server->view, connection, url) : NULL;

	if (!x)
		return MHD_NO;
	*context = c->exchange = x;
	x->streams = &server->streams;
	http_route_choose(x, &server->access, &head);
	if (!x->reply.status && x->body_len && !(x->body = malloc(x->body_len)))
		http_reply_owned(x, 503, NULL, NULL, 0);
	return x->reply.status ? reply_send(x) : MHD_YES;
}

static enum MHD_Result body_take(struct http_exchange *x, const char *upload, size_t *n)
{
	if (!x->body || *n > x->body_len - x->n_body) // more than was announced
		return MHD_NO;
	memcpy(x->body + x->n_body, upload, *n);
	x->n_body += *n;
	*n = 0;
	return MHD_YES;
}

static enum MHD_Result serve(struct http_server *server, struct http_exchange *x)
{
	if (!x->reply.status)
		x->route->serve(x);
	if (x->reply.status)
		return reply_send(x);
	x->is_walking = true;
	MHD_suspend_connection(x->connection);
	control_loop_set_timer(server->loop, server->turn_timer, AT_ONCE_NS, 0);
	return MHD_YES;
}

enum MHD_Result http_transfer(void *context, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *n_upload, void **exchange)
{
	struct http_server *server = context;
	struct http_exchange *x = *exchange;

	(void)version;
	if (!x)
		return begin(server, connection, url, method, exchange);
	if (*n_upload)
		return body_take(x, upload, n_upload);
	struct http_connection *c = connection_of(connection);
	if (!x->is_whole)
		c->deadline_ns = timebase_ns() + HTTP_ANSWER_NS;
	x->is_whole = true;
	return serve(server, x);
}
