// SPDX-License-Identifier: BSD-3-Clause
// The ring: order, fullness, wrap-around of its counters, and two threads at once.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <heartline/alloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "base/ring.h"

struct record {
	uint64_t number;
	uint32_t again;
};

Test(ring, holds_exactly_n_and_keeps_their_order)
{
	struct ring ring;
	struct record r = { 0 };

	cr_assert(eq(int, ring_init(&ring, 8, sizeof(r)), 0));
	cr_assert(ring_empty(&ring));
	cr_assert(not(ring_pop(&ring, &r)));
	for (uint32_t i = 0; i < 8; i++)
		cr_assert(ring_push(&ring, &(struct record){ i, i }));
	cr_assert(not(ring_push(&ring, &(struct record){ 8, 8 })), "full");
	for (uint32_t i = 0; i < 8; i++) {
		cr_assert(not(ring_empty(&ring)));
		cr_assert(ring_pop(&ring, &r));
		cr_assert(eq(u64, r.number, i));
	}
	cr_assert(ring_empty(&ring));
	ring_free(&ring);
}

Test(ring, of_one_record_works)
{
	struct ring ring;
	uint8_t r = 1;

	cr_assert(eq(int, ring_init(&ring, 1, 1), 0));
	cr_assert(ring_push(&ring, &(uint8_t){ 7 }));
	cr_assert(not(ring_push(&ring, &r)));
	cr_assert(ring_pop(&ring, &r));
	cr_assert(eq(u8, r, 7));
	ring_free(&ring);
}

Test(ring, outlives_the_wrap_of_its_counters)
{
	struct ring ring;
	struct record r;

	cr_assert(eq(int, ring_init(&ring, 4, sizeof(r)), 0));
	atomic_store(&ring.head, UINT32_MAX - 5);
	atomic_store(&ring.tail, UINT32_MAX - 5);
	for (uint32_t i = 0; i < 40; i += 3) {
		for (uint32_t k = 0; k < 4; k++)
			cr_assert(ring_push(&ring, &(struct record){ i + k, k }));
		cr_assert(not(ring_push(&ring, &r)));
		for (uint32_t k = 0; k < 4; k++) {
			cr_assert(ring_pop(&ring, &r));
			cr_assert(eq(u64, r.number, i + k));
		}
		cr_assert(ring_empty(&ring));
	}
	ring_free(&ring);
}

static void *no_memory(void *user, size_t bytes, size_t align)
{
	(void)user, (void)bytes, (void)align;
	return NULL;
}

static void frees_nothing(void *user, void *memory)
{
	(void)user;
	cr_assert(eq(ptr, memory, NULL));
}

Test(ring, says_when_there_is_no_memory)
{
	struct ring ring;

	hl_set_allocator(&(struct hl_allocator){ .zalloc = no_memory, .free = frees_nothing });
	cr_assert(eq(int, ring_init(&ring, 8, 8), -ENOMEM));
	ring_free(&ring);
}

Test(ring, insists_on_a_power_of_two, .signal = SIGABRT)
{
	struct ring ring;

	ring_init(&ring, 6, 8);
}

#define RECORDS 200000u

static void *produce(void *arg)
{
	for (uint32_t i = 0; i < RECORDS; i++) {
		while (!ring_push(arg, &(struct record){ i, i }))
			sched_yield();
	}
	return NULL;
}

Test(ring, two_threads_lose_and_tear_nothing)
{
	struct ring ring;
	struct record r;
	pthread_t producer;

	cr_assert(eq(int, ring_init(&ring, 64, sizeof(r)), 0));
	cr_assert(eq(int, pthread_create(&producer, NULL, produce, &ring), 0));
	for (uint32_t i = 0; i < RECORDS; i++) {
		while (!ring_pop(&ring, &r))
			sched_yield();
		if (r.number != i || r.again != i)
			cr_fatal("record %u is %lu, %u", i, (unsigned long)r.number, r.again);
	}
	pthread_join(producer, NULL);
	cr_assert(ring_empty(&ring));
	ring_free(&ring);
}
