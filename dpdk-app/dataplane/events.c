// SPDX-License-Identifier: BSD-3-Clause
// Writes changes of state to a file whose disk may be full, or to a pipe that may have no reader.

#include "dataplane/events.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/wall_time.h"
#include "dataplane/dataplane.h"

#define BUFFER_BYTES (1u << 20)
#define FLUSH_BYTES (BUFFER_BYTES / 2)
#define PATIENCE_MS 1000 // how long to wait at the end for a slow reader

struct events {
	int fd;
	const char *path;
	int64_t to_wall_ns; // the wall clock minus the workers' clock, at the start
	struct events_counts counts;
	size_t len, sent; // bytes in `text`, and how many of them are written
	char buffer[BUFFER_BYTES];
};

int events_open(struct events **out, const char *path, struct hl_error *err)
{
	struct events *e = malloc(sizeof(*e));

	*out = NULL;
	if (!e)
		return hl_fail(err, ENOMEM, "--events: %s: no memory", path);
	memset(e, 0, offsetof(struct events, buffer));
	e->path = path;
	// Without blocking on a FIFO, neither here nor later.
	e->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0666);
	if (e->fd < 0) {
		int error = errno;
		free(e);
		return hl_fail(err, error, "--events: %s: %s", path,
			       error == ENXIO
				       ? "nobody reads from this FIFO; start its reader first"
				       : strerror(error));
	}
	// Neither a reader that goes away nor a limit on the file's size may end the run.
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	*out = e;
	return 0;
}

const char *events_error_text(int error)
{
	return error == ETIMEDOUT ? "its reader is too slow" : strerror(error);
}

// Cut off a partial line at the end of a file. On anything but a regular file this fails, which is
// fine.
static void cut_half_line(const struct events *e)
{
	size_t half = 0;
	off_t end = lseek(e->fd, 0, SEEK_CUR);

	while (half < e->sent && e->buffer[e->sent - half - 1] != '\n')
		half++;
	if (half > 0 && end >= (off_t)half && ftruncate(e->fd, end - (off_t)half) < 0)
		return;
}

static void give_up(struct events *e, int error)
{
	cut_half_line(e);
	for (size_t i = e->sent; i < e->len; i++) {
		e->counts.lost += e->buffer[i] == '\n';
		e->counts.written -= e->buffer[i] == '\n';
	}
	e->counts.error = error;
	e->len = e->sent = 0;
	fprintf(stderr,
		"heartline: --events: %s: %s; from here on changes of state are only counted\n",
		e->path, events_error_text(error));
}

void events_flush(struct events *e)
{
	while (e->sent < e->len) {
		ssize_t n = write(e->fd, e->buffer + e->sent, e->len - e->sent);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			give_up(e, errno);
			return;
		}
		e->sent += (size_t)n;
	}
	e->len = e->sent = 0;
}

// Make room by removing the lines that were written. A line that was written in part stays.
static void buffer_compact(struct events *e)
{
	size_t whole = e->sent;

	while (whole > 0 && e->buffer[whole - 1] != '\n')
		whole--;
	memmove(e->buffer, e->buffer + whole, e->len - whole);
	e->len -= whole;
	e->sent -= whole;
}

static json_t *server_value(uint8_t server)
{
	return server == HL_SERVER_P   ? json_string("primary")
	       : server == HL_SERVER_B ? json_string("backup")
				       : json_null();
}

// "2026-11-29T11:46:02.123Z"
static json_t *time_string(uint64_t at_ns, int64_t to_wall_ns)
{
	char text[WALL_ROOM];

	return json_string(wall_text_of((at_ns + (uint64_t)to_wall_ns) / 1000000, text));
}

static json_t *event_object(const struct events *e, const struct dataplane *dp,
			    const struct hl_event *event)
{
	char cause[CAUSE_ROOM];
	int len, domain_len;
	const char *number = dataplane_phone_number(dp, event->line, &len);
	const char *domain = dataplane_domain(dp, event->line, &domain_len);

	return json_pack("{so si so so* ss ss so so}", "time",
			 time_string(event->at_ns, e->to_wall_ns), "line", (int)event->line,
			 "number", json_stringn_nocheck(number, (size_t)len), "domain",
			 domain ? json_stringn_nocheck(domain, (size_t)domain_len) : NULL, "from",
			 hl_line_state_name(event->from), "to", hl_line_state_name(event->to),
			 "server", server_value(event->server), "cause",
			 event->code == HL_CODE_NONE
				 ? json_null()
				 : json_string(dataplane_cause_text(dp, event->code, cause)));
}

static void event_write(struct events *e, const struct dataplane *dp, const struct hl_event *event)
{
	json_t *object = event_object(e, dp, event);
	size_t room = BUFFER_BYTES - e->len;
	size_t n = json_dumpb(object, e->buffer + e->len, room, JSON_COMPACT);

	json_decref(object);
	if (n == 0 || n >= room) { // one more byte for the newline
		e->counts.lost++;
		return;
	}
	e->len += n;
	e->buffer[e->len++] = '\n';
	e->counts.written++;
}

void events_write(struct events *e, const struct dataplane *dp, const struct hl_event *list,
		  uint32_t n)
{
	if (e->to_wall_ns == 0)
		e->to_wall_ns = wall_offset_ns();
	for (uint32_t i = 0; i < n; i++) {
		if (e->counts.error) {
			e->counts.lost += n - i;
			return;
		}
		event_write(e, dp, &list[i]);
		if (e->len >= FLUSH_BYTES) {
			events_flush(e);
			buffer_compact(e);
		}
	}
}

void events_close(struct events *e, struct events_counts *counts)
{
	if (!e)
		return;
	for (unsigned ms = 0; ms < PATIENCE_MS; ms++) {
		events_flush(e);
		if (e->len == 0)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	if (e->len > 0)
		give_up(e, ETIMEDOUT);
	// Some file systems report an error only now.
	if (close(e->fd) < 0 && !e->counts.error)
		give_up(e, errno);
	*counts = e->counts;
	free(e);
}
