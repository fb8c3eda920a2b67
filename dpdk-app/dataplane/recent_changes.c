// SPDX-License-Identifier: BSD-3-Clause
// A ring of changes. Of each line the number of its latest one is kept, and with each change how far back
// the one before it of its line is. So the walk of a line touches its own changes only.

#include "dataplane/recent_changes.h"

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

struct recent_changes {
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

int recent_changes_new(struct recent_changes **out, uint32_t lines, struct hl_error *err)
{
	uint32_t size = ring_size(lines);
	struct recent_changes *c = calloc(1, sizeof(*c) + size * sizeof(struct entry));
	uint32_t *last = calloc(lines ? lines : 1, sizeof(*last));

	*out = NULL;
	if (!c || !last) {
		free(c);
		free(last);
		return hl_fail(err, ENOMEM, "no memory for the latest changes of %u lines", lines);
	}
	c->mask = size - 1;
	c->lines = lines;
	c->last = last;
	*out = c;
	return 0;
}

void recent_changes_free(struct recent_changes *c)
{
	if (!c)
		return;
	free(c->last);
	free(c);
}

// How many changes ago the line's latest one was; 0: none, or it has made room. Numbers come around after
// four thousand million: then the place holds another line's, or else the line would have a later one.
static uint32_t last_back(const struct recent_changes *c, uint32_t line)
{
	uint32_t back = c->last[line] ? (uint32_t)c->n + 1 - c->last[line] : 0;

	if (back == 0 || back > c->mask + 1 || back > c->n ||
	    c->ring[(c->n - back) & c->mask].line != line)
		return 0;
	return back;
}

static void add(struct recent_changes *c, const struct hl_event *e)
{
	if (e->line >= c->lines)
		return;
	uint32_t back = last_back(c, e->line);

	c->ring[c->n & c->mask] = (struct entry){
		.at_ns = e->at_ns,
		.line = e->line,
		.back = back,
		.code = e->code,
		.from = e->from,
		.to = e->to,
		.server = e->server,
	};
	c->n++;
	c->last[e->line] = (uint32_t)c->n ? (uint32_t)c->n : 1;
}

void recent_changes_add(struct recent_changes *c, const struct hl_event *events, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		add(c, &events[i]);
}

void recent_changes_forget(struct recent_changes *c, uint32_t line)
{
	uint64_t back = line < c->lines ? last_back(c, line) : 0;

	while (back > 0 && back <= c->mask + 1ull) {
		struct entry *e = &c->ring[(c->n - back) & c->mask];
		e->line = RECENT_REMOVED;
		back = e->back ? back + e->back : 0;
	}
	if (line < c->lines)
		c->last[line] = 0;
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

uint32_t recent_changes_of_line(const struct recent_changes *c, uint32_t line,
				struct hl_event events[RECENT_SHOWN])
{
	uint32_t n = 0;

	if (!c || line >= c->lines)
		return 0;
	uint64_t back = last_back(c, line);
	while (back > 0 && back <= c->mask + 1ull && n < RECENT_SHOWN) {
		const struct entry *e = &c->ring[(c->n - back) & c->mask];
		events[n++] = event_of(e);
		back = e->back ? back + e->back : 0;
	}
	return n;
}

uint64_t recent_changes_count(const struct recent_changes *c)
{
	return c ? c->n : 0;
}

uint32_t recent_changes_after(const struct recent_changes *c, uint64_t after,
			      struct hl_event *events, uint32_t max, uint64_t *first)
{
	uint64_t oldest = c && c->n > c->mask + 1ull ? c->n - c->mask - 1 : 0;
	uint64_t at = after > oldest ? after : oldest;
	uint32_t n = 0;

	*first = at + 1;
	for (; c && at < c->n && n < max; at++)
		events[n++] = event_of(&c->ring[at & c->mask]);
	return n;
}
