// SPDX-License-Identifier: BSD-3-Clause
// The library asks for bytes whenever the socket has room. So nothing is made before it can be sent.

#include "http/stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <microhttpd.h>

#include "base/timebase.h"
#include "dataplane/recent_changes.h"
#include "session/run.h"
#include "surface/command_table.h"
#include "surface/json_lines.h"

#define TYPE "text/event-stream"
#define SOCKET_ROOM (64 << 10)
#define SOCKET_MS 60000

static struct recent_changes *recent_of(const struct http_exchange *x)
{
	return x->view->run->dp->recent;
}

// "RUN-NUMBER", as the id of an event. Of another run none of this one's changes were seen.
static uint64_t id_read(const struct http_exchange *x, const char *id)
{
	uint64_t run, at;
	int end = 0;

	if (sscanf(id, "%16" SCNx64 "-%18" SCNu64 "%n", &run, &at, &end) != 2 || id[end] ||
	    run != x->streams->run || at > recent_changes_count(recent_of(x)))
		return 0;
	return at;
}

static enum MHD_Result query_refuse(void *context, enum MHD_ValueKind kind, const char *key,
				    const char *value)
{
	(void)kind;
	if (!strcmp(key, "after") && value)
		return MHD_YES;
	http_refuse(context, 400, "the query has an argument that is not known, or no value",
		    "after=NUMBER", NULL);
	return MHD_NO;
}

// Where to begin: behind the last event that this client has seen, behind a number, or now.
static bool place_read(struct http_exchange *x, uint64_t *at)
{
	const struct ctl_argument *a = ctl_argument_find(&ctl_commands[CTL_EVENTS], "after");
	const char *id = MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND,
						     "Last-Event-ID");
	const char *after = MHD_lookup_connection_value(x->connection, MHD_GET_ARGUMENT_KIND,
							"after");
	struct hl_error err;

	MHD_get_connection_values(x->connection, MHD_GET_ARGUMENT_KIND, query_refuse, x);
	*at = recent_changes_count(recent_of(x));
	if (x->reply.status)
		return false;
	if (after && ctl_value_check(a, after, &err) < 0) {
		http_refuse_text(x, 400, err.text);
		return false;
	}
	if (id)
		*at = id_read(x, id);
	else if (after && strtoull(after, NULL, 10) <= *at)
		*at = strtoull(after, NULL, 10);
	else if (after) // of another run: what this one has is all new
		*at = 0;
	return true;
}

// What the kernel keeps for this client, and how long for one whose machine is gone.
static void socket_bound(const struct http_exchange *x)
{
	int fd = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD)
			 ->connect_fd;
	int room = SOCKET_ROOM, ms = SOCKET_MS;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
}

void http_serve_stream(struct http_exchange *x)
{
	uint64_t at;

	if (!place_read(x, &at))
		return;
	if (x->streams->n == HTTP_STREAMS_MAX) {
		http_refuse(x, 503, "too many streams", "16 at a time",
			    "close one, or ask /api/v1/events now and then");
		return;
	}
	struct http_stream *s = calloc(1, sizeof(*s));
	if (!s) {
		http_reply_owned(x, 503, NULL, NULL, 0);
		return;
	}
	s->all = x->streams;
	s->all->n++;
	s->at = at;
	s->moved_ns = s->spoke_ns = timebase_ns();
	socket_bound(x);
	x->stream = s;
	x->reply = (struct http_reply){ .status = 200, .type = TYPE };
}

void http_stream_free(struct http_stream *s)
{
	if (!s)
		return;
	s->all->n--;
	free(s);
}

// What every stream begins with: how soon to come back once it breaks off, and where it stands.
static void begin_write(struct http_stream *s)
{
	s->has_begun = true;
	s->n = (size_t)snprintf(s->text, sizeof(s->text),
				"retry: 2000\nid: %" PRIx64 "-%" PRIu64
				"\nevent: run\ndata: {\"run\":\"%" PRIx64 "\",\"after\":%" PRIu64
				"}\n\n",
				s->all->run, s->at, s->all->run, s->at);
}

static void lost_write(struct http_stream *s, uint64_t first)
{
	s->n = (size_t)snprintf(s->text, sizeof(s->text),
				"id: %" PRIx64 "-%" PRIu64 "\nevent: lost\ndata: {\"lost\":%" PRIu64
				"}\n\n",
				s->all->run, first - 1, first - 1 - s->at);
	s->at = first - 1;
}

// A text that does not fit, which none does that a configuration can have, is passed over.
static void change_write(struct http_stream *s, json_t *change)
{
	size_t head = (size_t)snprintf(
		s->text, sizeof(s->text),
		"id: %" PRIx64 "-%" PRIu64 "\nevent: change\ndata: ", s->all->run, s->at);
	size_t room = sizeof(s->text) - head - 2;
	size_t len = json_dumpb(change, s->text + head, room, JSON_COMPACT);

	json_decref(change);
	if (len == 0 || len > room)
		return;
	memcpy(s->text + head + len, "\n\n", 2);
	s->n = head + len + 2;
}

// Make the text of what comes next. None: there is nothing new, or this turn has had enough.
static void next_write(struct http_exchange *x)
{
	struct http_stream *s = x->stream;
	struct hl_event event;
	uint64_t first;

	s->n = s->sent = 0;
	if (!s->has_begun)
		begin_write(s);
	while (s->n == 0 && s->all->budget > 0 &&
	       recent_changes_after(recent_of(x), s->at, &event, 1, &first) == 1) {
		if (first > s->at + 1) {
			lost_write(s, first);
			break;
		}
		s->all->budget--;
		s->at = first;
		if (event.line != RECENT_REMOVED)
			change_write(s, json_change(x->view, first, &event));
	}
	if (s->n == 0 && timebase_ns() - s->spoke_ns >= HTTP_STREAM_BEAT_NS) {
		memcpy(s->text, ":\n\n", 3);
		s->n = 3;
	}
}

long http_stream_read(struct http_exchange *x, char *to, size_t room)
{
	struct http_stream *s = x->stream;
	size_t done = 0;

	if (s->is_over)
		return -1;
	s->moved_ns = timebase_ns();
	while (done < room) {
		if (s->sent == s->n)
			next_write(x);
		size_t n = s->n - s->sent < room - done ? s->n - s->sent : room - done;
		if (n == 0)
			break;
		memcpy(to + done, s->text + s->sent, n);
		s->sent += n;
		done += n;
		s->spoke_ns = s->moved_ns;
	}
	s->waits = done == 0;
	s->all->wants_turn |= s->waits;
	return (long)done;
}

bool http_stream_due(const struct http_exchange *x, uint64_t now_ns)
{
	const struct http_stream *s = x->stream;

	return s->is_over || s->at < recent_changes_count(recent_of(x)) ||
	       now_ns - s->spoke_ns >= HTTP_STREAM_BEAT_NS;
}
