// SPDX-License-Identifier: BSD-3-Clause
// The control thread's side of lines that are followed: who they are, and their latest messages.

#include "trace/watch.h"

#include <errno.h>
#include <stdlib.h>

#include "base/counter.h"
#include "base/timebase.h"
#include "trace/reader.h"

#define SEEN_BYTES (1u << 20)
// A frame has the time of the poll that it belongs to, and is in the ring at the end of that poll.
#define POLL_NS 20000000u

static struct trace_watch_line *find(const struct trace *t, uint32_t line)
{
	for (unsigned i = 0; i < WATCHES_MAX; i++)
		if (t->watches[i] && t->watches[i]->line == line)
			return t->watches[i];
	return NULL;
}

static int begin(struct trace *t, uint32_t line, struct hl_error *err)
{
	unsigned place = 0;

	while (place < WATCHES_MAX && t->watches[place])
		place++;
	if (place == WATCHES_MAX)
		return hl_fail(err, EBUSY,
			       "%d other lines are being followed; wait until one is not any more",
			       WATCHES_MAX);
	if (!t->seen)
		t->seen = byte_ring_new(SEEN_BYTES);
	struct trace_watch_line *w = t->seen ? calloc(1, sizeof(*w)) : NULL;
	if (!w)
		return hl_fail(err, ENOMEM, "no memory to follow a line");
	int rc = trace_run(t, err);
	if (rc < 0) {
		free(w);
		return rc;
	}
	w->line = line;
	w->lost_before = counter_load(&t->seen_dropped);
	t->watches[place] = w;
	line_set_put(t->watched, line, true);
	atomic_fetch_add(&t->n_watches, 1);
	trace_wants(t, line);
	return 0;
}

int trace_watch(struct trace *t, uint32_t line, struct hl_error *err)
{
	int rc = find(t, line) ? 0 : begin(t, line, err);

	if (rc == 0)
		find(t, line)->asked_ns = timebase_ns();
	return rc;
}

static void end(struct trace *t, unsigned place)
{
	uint32_t line = t->watches[place]->line;

	line_set_put(t->watched, line, false);
	atomic_fetch_sub(&t->n_watches, 1);
	free(t->watches[place]);
	t->watches[place] = NULL;
	trace_wants(t, line);
}

static void message_take(struct trace *t, const struct trace_record *r)
{
	struct trace_watch_line *w = find(t, r->line);

	if (!w)
		return;
	struct trace_message *m = &w->messages[w->n % WATCH_MESSAGES];
	if (w->n >= WATCH_MESSAGES && m->at_ns > w->told_ns)
		w->missed++;
	glance_message(r, (const uint8_t *)(r + 1), m);
	w->n++;
}

void trace_watch_serve(struct trace *t)
{
	uint64_t now_ns = timebase_ns(), cursor;
	const struct trace_record *r;
	uint32_t bytes;

	if (!t->seen)
		return;
	cursor = byte_ring_cursor(t->seen);
	while ((r = byte_ring_next(t->seen, &cursor, &bytes))) {
		message_take(t, r);
		byte_ring_release(t->seen, cursor);
	}
	for (unsigned i = 0; i < WATCHES_MAX; i++)
		if (t->watches[i] && now_ns > t->watches[i]->asked_ns + WATCH_LEASE_NS)
			end(t, i);
}

uint64_t trace_watch_horizon(const struct trace *t)
{
	uint64_t drained_ns = atomic_load(&t->drained_ns);

	return drained_ns > POLL_NS ? drained_ns - POLL_NS : 0;
}

uint32_t trace_watch_messages(struct trace *t, uint32_t line, uint64_t after_ns, uint64_t until_ns,
			      struct trace_message messages[WATCH_MESSAGES], uint64_t *missed)
{
	struct trace_watch_line *w = find(t, line);
	uint64_t first = w && w->n > WATCH_MESSAGES ? w->n - WATCH_MESSAGES : 0;
	uint32_t n = 0;

	*missed = 0;
	for (uint64_t k = first; w && k < w->n; k++) {
		const struct trace_message *m = &w->messages[k % WATCH_MESSAGES];
		if (m->at_ns > after_ns && m->at_ns <= until_ns)
			messages[n++] = *m;
	}
	if (w) {
		*missed = w->missed + counter_load(&t->seen_dropped) - w->lost_before;
		w->told_ns = until_ns;
	}
	return n;
}
