// SPDX-License-Identifier: BSD-3-Clause
// Positions count bytes ever: an entry is there while no more than the ring's size was put since its begin.

#include "trace/kept.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	uint64_t before; // position of the line's entry before it, plus 1; 0: there is none
	bool taken;
	struct trace_record record; // the bytes of the frame behind it
};
#define ALIGN 8

struct kept {
	uint64_t put, mask;
	uint64_t *last; // by line: position of its latest entry, plus 1; 0: none
	uint32_t lines;
	uint8_t *bytes;
};

struct kept *kept_new(size_t bytes, uint32_t lines)
{
	struct kept *k = calloc(1, sizeof(*k));

	assert((bytes & (bytes - 1)) == 0 && bytes >= 65536);
	if (!k)
		return NULL;
	k->mask = bytes - 1;
	k->lines = lines;
	k->bytes = calloc(1, bytes);
	k->last = calloc(lines ? lines : 1, sizeof(*k->last));
	if (k->bytes && k->last)
		return k;
	kept_free(k);
	return NULL;
}

void kept_free(struct kept *k)
{
	if (!k)
		return;
	free(k->bytes);
	free(k->last);
	free(k);
}

static struct entry *entry_at(const struct kept *k, uint64_t position)
{
	return (struct entry *)(void *)(k->bytes + (position & k->mask));
}

// NULL: there is none, or it has made room.
static struct entry *entry_of(const struct kept *k, uint64_t link)
{
	return link && k->put - (link - 1) <= k->mask + 1 ? entry_at(k, link - 1) : NULL;
}

void kept_add(struct kept *k, const struct trace_record *record, const uint8_t *data)
{
	uint64_t bytes = (sizeof(struct entry) + record->bytes + ALIGN - 1) &
			 ~(uint64_t)(ALIGN - 1);
	uint64_t rest = k->mask + 1 - (k->put & k->mask);

	if (record->line >= k->lines)
		return;
	uint64_t at = k->put + (rest < bytes ? rest : 0);
	struct entry *e = entry_at(k, at);
	*e = (struct entry){ .before = k->last[record->line], .record = *record };
	memcpy(e + 1, data, record->bytes);
	k->last[record->line] = at + 1;
	k->put = at + bytes;
}

// What was sent at that very time is what the line did about its failure.
static bool is_before(const struct trace_record *record, uint64_t failed_ns)
{
	return record->flags & TRACE_SENT ? record->at_ns < failed_ns : record->at_ns <= failed_ns;
}

uint32_t kept_take(struct kept *k, uint32_t line, uint64_t failed_ns,
		   struct kept_message messages[], uint32_t max)
{
	uint64_t link = line < k->lines ? k->last[line] : 0;
	uint32_t n = 0;

	assert(max <= KEPT_TAKE_MAX);
	for (struct entry *e; n < max && (e = entry_of(k, link)) && !e->taken; link = e->before) {
		if (!is_before(&e->record, failed_ns))
			continue;
		e->taken = true;
		messages[n++] = (struct kept_message){ &e->record, (const uint8_t *)(e + 1) };
	}
	for (uint32_t i = 0; i < n / 2; i++) {
		struct kept_message first = messages[i];
		messages[i] = messages[n - 1 - i];
		messages[n - 1 - i] = first;
	}
	return n;
}

void kept_forget(struct kept *k, uint32_t line)
{
	if (line < k->lines)
		k->last[line] = 0;
}
