// SPDX-License-Identifier: BSD-3-Clause
// What connections of a worker have written and their peers have not acknowledged: bytes in blocks of one pool,
// so that a connection without any takes none.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>

enum {
	TCP_BLOCK_BYTES = 512,
	TCP_BLOCK_DATA = TCP_BLOCK_BYTES - 32,
	TCP_NO_QUEUE = 0, // index: block 0 is never given
	TCP_QUEUE_MAX = UINT16_MAX,
};

// The first block of a connection holds its queue; of the others only `next` and the bytes count.
struct tcp_block {
	uint32_t next;
	// The queue:
	uint32_t last;
	uint32_t resend;  // next to be sent again, with TCP_RESENDS
	uint32_t recover; // fast recovery ends with the acknowledgement of this (RFC 6582)
	uint32_t timed,
		timed_at; // without timestamps: the end of the segment that is timed, and the tick it left
	uint16_t len;   // bytes, of all blocks
	uint16_t skip;  // bytes of the first block that were acknowledged
	uint16_t grown; // bytes acknowledged since the congestion window grew
	bool is_timed;
	uint8_t data[TCP_BLOCK_DATA];
};

struct tcp_pool {
	struct tcp_block *blocks;
	uint32_t n, free, n_free;
};

int tcp_pool_open(struct tcp_pool *pool, uint32_t n_blocks, struct hl_error *err);
void tcp_pool_close(struct tcp_pool *pool);

static inline struct tcp_block *tcp_queue(const struct tcp_pool *pool, uint32_t queue)
{
	return &pool->blocks[queue];
}

static inline uint32_t tcp_queue_len(const struct tcp_pool *pool, uint32_t queue)
{
	return queue == TCP_NO_QUEUE ? 0 : pool->blocks[queue].len;
}

// Bytes at the end of a queue, all or none. False: the pool has too few blocks left, or the queue has more than
// TCP_QUEUE_MAX bytes then.
bool tcp_queue_add(struct tcp_pool *pool, uint32_t *queue, const void *bytes, uint32_t len);

// Its first bytes were acknowledged.
void tcp_queue_drop(struct tcp_pool *pool, uint32_t *queue, uint32_t len);
void tcp_queue_free(struct tcp_pool *pool, uint32_t *queue);

// `len` bytes from `at` bytes behind its first one on.
void tcp_queue_copy(const struct tcp_pool *pool, uint32_t queue, uint32_t at, uint8_t *out,
		    uint32_t len);
