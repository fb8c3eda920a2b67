// SPDX-License-Identifier: BSD-3-Clause
// A ring of bytes with one producer and one consumer. A change takes what its texts need, a tenth of
// what the longest would. It lies in one piece: what is left before the end of the ring is passed over.

#include "history/queue.h"

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// The texts stand behind it: number, domain, cause.
struct record {
	uint32_t bytes; // all of it, a multiple of RECORD_ALIGN
	uint32_t line;
	uint64_t at_ms;
	uint32_t profile;
	uint16_t code;
	uint8_t from, to, server;
	uint8_t number_len, domain_len, cause_len;
};
#define RECORD_ALIGN 8
#define PASSED_OVER UINT32_MAX // as `line`: nothing but the rest before the end of the ring
static_assert(sizeof(struct record) == 32, "texts follow without a gap");

struct history_queue {
	alignas(64) _Atomic uint64_t put;  // bytes ever; writer: the producer
	alignas(64) _Atomic uint64_t free; // bytes ever; writer: the consumer
	alignas(64) uint64_t mask;
	uint8_t *bytes;
};

struct history_queue *history_queue_new(size_t bytes)
{
	struct history_queue *q = aligned_alloc(alignof(struct history_queue), sizeof(*q));

	assert((bytes & (bytes - 1)) == 0 && bytes >= 4096);
	if (!q)
		return NULL;
	memset(q, 0, sizeof(*q));
	q->mask = bytes - 1;
	q->bytes = calloc(1, bytes);
	if (q->bytes)
		return q;
	free(q);
	return NULL;
}

void history_queue_free(struct history_queue *q)
{
	if (!q)
		return;
	free(q->bytes);
	free(q);
}

static uint8_t *text_put(uint8_t *at, const char *text, uint8_t len)
{
	if (len > 0)
		memcpy(at, text, len);
	return at + len;
}

static void record_put(uint8_t *at, const struct history_change *c, uint32_t bytes)
{
	const struct record r = {
		.bytes = bytes,
		.line = c->line,
		.at_ms = c->at_ms,
		.profile = c->profile,
		.code = c->code,
		.from = c->from,
		.to = c->to,
		.server = c->server,
		.number_len = c->number_len,
		.domain_len = c->domain_len,
		.cause_len = c->cause_len,
	};

	memcpy(at, &r, sizeof(r));
	at = text_put(at + sizeof(r), c->number, c->number_len);
	at = text_put(at, c->domain, c->domain_len);
	text_put(at, c->cause, c->cause_len);
}

bool history_queue_put(struct history_queue *q, const struct history_change *c)
{
	uint64_t put = atomic_load_explicit(&q->put, memory_order_relaxed);
	uint64_t freed = atomic_load_explicit(&q->free, memory_order_acquire);
	uint32_t bytes = (uint32_t)(sizeof(struct record) + c->number_len + c->domain_len +
				    c->cause_len + RECORD_ALIGN - 1) &
			 ~(uint32_t)(RECORD_ALIGN - 1);
	uint64_t rest = q->mask + 1 - (put & q->mask);
	uint64_t over = rest < bytes ? rest : 0;

	if (put + over + bytes - freed > q->mask + 1)
		return false;
	if (over > 0) { // a rest has room for the first two members at least
		const uint32_t head[2] = { (uint32_t)over, PASSED_OVER };
		memcpy(q->bytes + (put & q->mask), head, sizeof(head));
	}
	put += over;
	record_put(q->bytes + (put & q->mask), c, bytes);
	atomic_store_explicit(&q->put, put + bytes, memory_order_release);
	return true;
}

uint64_t history_queue_cursor(const struct history_queue *q)
{
	return atomic_load_explicit(&q->free, memory_order_relaxed);
}

bool history_queue_next(const struct history_queue *q, uint64_t *cursor, struct history_change *c)
{
	uint64_t put = atomic_load_explicit(&q->put, memory_order_acquire);
	struct record r;
	uint32_t head[2];

	if (*cursor == put)
		return false;
	memcpy(head, q->bytes + (*cursor & q->mask), sizeof(head));
	if (head[1] == PASSED_OVER)
		*cursor += head[0]; // a change follows: both were put at once
	const uint8_t *at = q->bytes + (*cursor & q->mask);
	memcpy(&r, at, sizeof(r));
	*cursor += r.bytes;
	*c = (struct history_change){
		.at_ms = r.at_ms,
		.line = r.line,
		.profile = r.profile,
		.code = r.code,
		.from = r.from,
		.to = r.to,
		.server = r.server,
		.number_len = r.number_len,
		.domain_len = r.domain_len,
		.cause_len = r.cause_len,
		.number = (const char *)at + sizeof(r),
		.domain = (const char *)at + sizeof(r) + r.number_len,
		.cause = (const char *)at + sizeof(r) + r.number_len + r.domain_len,
	};
	return true;
}

void history_queue_release(struct history_queue *q, uint64_t cursor)
{
	atomic_store_explicit(&q->free, cursor, memory_order_release);
}

bool history_queue_empty(const struct history_queue *q)
{
	return atomic_load_explicit(&q->put, memory_order_acquire) ==
	       atomic_load_explicit(&q->free, memory_order_relaxed);
}
