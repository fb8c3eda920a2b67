// SPDX-License-Identifier: BSD-3-Clause
// A ring of changes. Of each line the number of its latest one is kept, and with each change how far back
// the one before it of its line is. So the walk of a line touches its own changes only.

#include "dataplane/history.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include <heartline/state.h>

#define EVENTS_A_LINE 64
#define EVENTS_MIN (1u << 16)
#define EVENTS_MAX (1u << 20)

struct entry {
	uint64_t at_ns;
	uint32_t line;
	uint32_t back; // so many changes ago is the line's one before; 0: there is none
	uint16_t code;
	uint8_t from, to, server;
};
static_assert(sizeof(struct entry) == 24, "said in the header");

struct history {
	uint32_t mask; // of the ring's places
	uint64_t n;    // changes ever
	uint32_t lines;
	uint32_t *last; // by line: the number of its latest change, counted from 1; 0: none
	struct entry ring[];
};

static uint32_t ring_size(uint32_t lines)
{
	uint32_t size = EVENTS_MIN;

	while (size < EVENTS_MAX && size / EVENTS_A_LINE < lines)
		size *= 2;
	return size;
}

int history_new(struct history **out, uint32_t lines, struct hl_error *err)
{
	uint32_t size = ring_size(lines);
	struct history *h = calloc(1, sizeof(*h) + size * sizeof(struct entry));
	uint32_t *last = calloc(lines ? lines : 1, sizeof(*last));

	*out = NULL;
	if (!h || !last) {
		free(h);
		free(last);
		return hl_fail(err, ENOMEM, "no memory for the latest changes of %u lines", lines);
	}
	h->mask = size - 1;
	h->lines = lines;
	h->last = last;
	*out = h;
	return 0;
}

void history_free(struct history *h)
{
	if (!h)
		return;
	free(h->last);
	free(h);
}

// How many changes ago the line's latest one was; 0: none, or it has made room. Numbers come around after
// four thousand million: then the place holds another line's, or else the line would have a later one.
static uint32_t last_back(const struct history *h, uint32_t line)
{
	uint32_t back = h->last[line] ? (uint32_t)h->n + 1 - h->last[line] : 0;

	if (back == 0 || back > h->mask + 1 || back > h->n ||
	    h->ring[(h->n - back) & h->mask].line != line)
		return 0;
	return back;
}

static void add(struct history *h, const struct hl_event *e)
{
	if (e->line >= h->lines)
		return;
	uint32_t back = last_back(h, e->line);

	h->ring[h->n & h->mask] = (struct entry){
		.at_ns = e->at_ns,
		.line = e->line,
		.back = back,
		.code = e->code,
		.from = e->from,
		.to = e->to,
		.server = e->server,
	};
	h->n++;
	h->last[e->line] = (uint32_t)h->n ? (uint32_t)h->n : 1;
}

void history_add(struct history *h, const struct hl_event *events, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		add(h, &events[i]);
}

void history_forget(struct history *h, uint32_t line)
{
	uint64_t back = line < h->lines ? last_back(h, line) : 0;

	while (back > 0 && back <= h->mask + 1ull) {
		struct entry *e = &h->ring[(h->n - back) & h->mask];
		e->line = HISTORY_REMOVED;
		back = e->back ? back + e->back : 0;
	}
	if (line < h->lines)
		h->last[line] = 0;
}

static struct hl_event event_of(const struct entry *e)
{
	return (struct hl_event){
		.at_ns = e->at_ns,
		.line = e->line,
		.from = e->from,
		.to = e->to,
		.server = e->server,
		.code = e->code,
	};
}

uint32_t history_of_line(const struct history *h, uint32_t line,
			 struct hl_event events[HISTORY_SHOWN])
{
	uint32_t n = 0;

	if (!h || line >= h->lines)
		return 0;
	uint64_t back = last_back(h, line);
	while (back > 0 && back <= h->mask + 1ull && n < HISTORY_SHOWN) {
		const struct entry *e = &h->ring[(h->n - back) & h->mask];
		events[n++] = event_of(e);
		back = e->back ? back + e->back : 0;
	}
	return n;
}

uint64_t history_changes(const struct history *h)
{
	return h ? h->n : 0;
}

uint32_t history_after(const struct history *h, uint64_t after, struct hl_event *events,
		       uint32_t max, uint64_t *first)
{
	uint64_t oldest = h && h->n > h->mask + 1ull ? h->n - h->mask - 1 : 0;
	uint64_t at = after > oldest ? after : oldest;
	uint32_t n = 0;

	*first = at + 1;
	for (; h && at < h->n && n < max; at++)
		events[n++] = event_of(&h->ring[at & h->mask]);
	return n;
}
