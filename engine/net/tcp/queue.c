// SPDX-License-Identifier: BSD-3-Clause
// Blocks in one array, linked by their numbers; a queue moves with its header from its first block to the next.
#include "net/tcp/queue.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/memory.h"

static_assert(sizeof(struct tcp_block) == TCP_BLOCK_BYTES, "its queue fits beside the bytes");

int tcp_pool_open(struct tcp_pool *pool, uint32_t n_blocks, struct hl_error *err)
{
	*pool = (struct tcp_pool){ .n = n_blocks + 1, .n_free = n_blocks };
	pool->blocks = memory_zalloc(pool->n, sizeof(*pool->blocks), 64);
	if (pool->blocks == NULL)
		return hl_fail(err, ENOMEM, "no memory for %u blocks of TCP", n_blocks);
	for (uint32_t i = n_blocks; i > 0; i--) {
		pool->blocks[i].next = pool->free;
		pool->free = i;
	}
	return 0;
}

void tcp_pool_close(struct tcp_pool *pool)
{
	memory_free(pool->blocks);
	*pool = (struct tcp_pool){ 0 };
}

static uint32_t block_take(struct tcp_pool *pool)
{
	uint32_t i = pool->free;

	pool->free = pool->blocks[i].next;
	pool->n_free--;
	pool->blocks[i].next = TCP_NO_QUEUE;
	return i;
}

static void block_give(struct tcp_pool *pool, uint32_t i)
{
	pool->blocks[i].next = pool->free;
	pool->free = i;
	pool->n_free++;
}

static void queue_make(struct tcp_pool *pool, uint32_t *queue)
{
	uint32_t i = block_take(pool);
	struct tcp_block *b = &pool->blocks[i];

	b->last = i;
	b->len = b->skip = b->grown = 0;
	b->is_timed = false;
	*queue = i;
}

bool tcp_queue_add(struct tcp_pool *pool, uint32_t *queue, const void *bytes, uint32_t len)
{
	uint32_t used = tcp_queue_len(pool, *queue);
	uint32_t skip = *queue == TCP_NO_QUEUE ? 0 : pool->blocks[*queue].skip;
	uint32_t now = (skip + used + TCP_BLOCK_DATA - 1) / TCP_BLOCK_DATA;
	uint32_t then = (skip + used + len + TCP_BLOCK_DATA - 1) / TCP_BLOCK_DATA;
	const uint8_t *from = bytes;

	if (len == 0)
		return true;
	if (used + len > TCP_QUEUE_MAX || then - now > pool->n_free)
		return false;
	if (*queue == TCP_NO_QUEUE)
		queue_make(pool, queue);
	struct tcp_block *q = &pool->blocks[*queue];
	for (uint32_t end = skip + used, n; len > 0; len -= n, from += n, end += n) {
		uint32_t at = end % TCP_BLOCK_DATA;

		if (at == 0 && end > 0) {
			uint32_t more = block_take(pool);

			pool->blocks[q->last].next = more;
			q->last = more;
		}
		n = TCP_BLOCK_DATA - at < len ? TCP_BLOCK_DATA - at : len;
		memcpy(pool->blocks[q->last].data + at, from, n);
		q->len += (uint16_t)n;
	}
	return true;
}

void tcp_queue_drop(struct tcp_pool *pool, uint32_t *queue, uint32_t len)
{
	while (len > 0) {
		struct tcp_block *q = &pool->blocks[*queue];
		uint32_t held = TCP_BLOCK_DATA - q->skip, n = held < q->len ? held : q->len;

		assert(len <= q->len);
		if (len < n) {
			q->skip += (uint16_t)len;
			q->len -= (uint16_t)len;
			return;
		}
		uint32_t first = *queue;
		len -= n;
		*queue = q->len == n ? TCP_NO_QUEUE : q->next;
		if (*queue != TCP_NO_QUEUE) {
			struct tcp_block *then = &pool->blocks[*queue];

			memcpy(&then->last, &q->last,
			       offsetof(struct tcp_block, data) - offsetof(struct tcp_block, last));
			then->skip = 0;
			then->len -= (uint16_t)n;
		}
		block_give(pool, first);
	}
}

void tcp_queue_free(struct tcp_pool *pool, uint32_t *queue)
{
	for (uint32_t i = *queue, next; i != TCP_NO_QUEUE; i = next) {
		next = pool->blocks[i].next;
		block_give(pool, i);
	}
	*queue = TCP_NO_QUEUE;
}

void tcp_queue_copy(const struct tcp_pool *pool, uint32_t queue, uint32_t at, uint8_t *out,
		    uint32_t len)
{
	if (len == 0)
		return;
	const struct tcp_block *b = &pool->blocks[queue];
	assert(at + len <= b->len);
	at += b->skip;
	for (; at >= TCP_BLOCK_DATA; at -= TCP_BLOCK_DATA)
		b = &pool->blocks[b->next];
	for (uint32_t n; len > 0; len -= n, out += n, at = 0) {
		n = TCP_BLOCK_DATA - at < len ? TCP_BLOCK_DATA - at : len;
		memcpy(out, b->data + at, n);
		b = &pool->blocks[b->next];
	}
}
