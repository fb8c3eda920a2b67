// SPDX-License-Identifier: BSD-3-Clause
// Bytes that wait for their acknowledgement: a queue of blocks is an array, and gives all of them back.
#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "net/tcp/queue.h"

#define N_BLOCKS 40

static struct tcp_pool pool;

static void pool_open(void)
{
	struct hl_error err;

	cr_assert_eq(tcp_pool_open(&pool, N_BLOCKS, &err), 0);
}

static void pool_close(void)
{
	tcp_pool_close(&pool);
}

TestSuite(queue, .init = pool_open, .fini = pool_close);

static void same(uint32_t queue, const uint8_t *bytes, uint32_t len)
{
	uint8_t out[N_BLOCKS * TCP_BLOCK_DATA];

	cr_assert_eq(tcp_queue_len(&pool, queue), len);
	tcp_queue_copy(&pool, queue, 0, out, len);
	cr_assert_arr_eq(out, bytes, len);
}

Test(queue, is_an_array_of_bytes)
{
	static uint8_t all[N_BLOCKS * TCP_BLOCK_DATA], more[3000], part[3000];
	uint32_t queue = TCP_NO_QUEUE, len = 0;
	struct rng rng;

	rng_seed(&rng, 4);
	for (unsigned n = 0; n < 20000; n++) {
		uint32_t k = rng_below(&rng, sizeof(more));

		if (rng_below(&rng, 2)) {
			for (uint32_t i = 0; i < k; i++)
				more[i] = (uint8_t)rng_next(&rng);
			if (tcp_queue_add(&pool, &queue, more, k)) {
				memcpy(all + len, more, k);
				len += k;
			}
		} else {
			k = k < len ? k : len;
			tcp_queue_drop(&pool, &queue, k);
			memmove(all, all + k, len - k);
			len -= k;
		}
		same(queue, all, len);
		uint32_t at = rng_below(&rng, len + 1);
		uint32_t some = rng_below(&rng, len - at + 1);
		if (some > sizeof(part))
			some = sizeof(part);
		tcp_queue_copy(&pool, queue, at, part, some);
		cr_assert_arr_eq(part, all + at, some);
		cr_assert((len == 0) == (queue == TCP_NO_QUEUE));
	}
	tcp_queue_free(&pool, &queue);
	cr_expect_eq(pool.n_free, N_BLOCKS);
}

Test(queue, takes_all_or_nothing)
{
	static uint8_t bytes[N_BLOCKS * TCP_BLOCK_DATA + 1];
	uint32_t a = TCP_NO_QUEUE, b = TCP_NO_QUEUE;

	cr_expect(tcp_queue_add(&pool, &a, bytes, 0));
	cr_expect_eq(a, TCP_NO_QUEUE);
	cr_expect_not(tcp_queue_add(&pool, &a, bytes, sizeof(bytes)));
	cr_expect_eq(a, TCP_NO_QUEUE);
	cr_expect_eq(pool.n_free, N_BLOCKS);
	cr_expect(tcp_queue_add(&pool, &a, bytes, sizeof(bytes) - 1));
	cr_expect_eq(pool.n_free, 0);
	cr_expect_not(tcp_queue_add(&pool, &b, bytes, 1));
	tcp_queue_drop(&pool, &a, 1);
	cr_expect_not(tcp_queue_add(&pool, &a, bytes, 1), "its first block is still needed");
	tcp_queue_drop(&pool, &a, TCP_BLOCK_DATA - 1);
	cr_expect(tcp_queue_add(&pool, &b, bytes, 1));
	tcp_queue_free(&pool, &a);
	tcp_queue_free(&pool, &b);
	cr_expect_eq(pool.n_free, N_BLOCKS);
}

Test(queue, has_a_longest)
{
	static const uint8_t bytes[TCP_QUEUE_MAX];
	uint32_t queue = TCP_NO_QUEUE;
	struct tcp_pool large;
	struct hl_error err;

	cr_assert_eq(tcp_pool_open(&large, 300, &err), 0);
	cr_expect(tcp_queue_add(&large, &queue, bytes, TCP_QUEUE_MAX));
	cr_expect_not(tcp_queue_add(&large, &queue, bytes, 1));
	tcp_queue_free(&large, &queue);
	tcp_pool_close(&large);
}
