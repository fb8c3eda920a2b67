// SPDX-License-Identifier: BSD-3-Clause
// The ring of bytes: order, room, and what is not published.

#include <criterion/criterion.h>

#include <pthread.h>
#include <string.h>

#include "base/byte_ring.h"

#define RECORDS 200000

static void put(struct byte_ring *r, uint64_t *at, uint8_t value, uint32_t bytes)
{
	uint8_t *to = byte_ring_reserve(r, at, bytes);

	cr_assert(to);
	memset(to, value, bytes);
}

static bool holds(struct byte_ring *r, uint64_t *cursor, uint8_t value, uint32_t bytes)
{
	uint32_t n;
	const uint8_t *from = byte_ring_next(r, cursor, &n);

	if (!from || n != bytes)
		return false;
	for (uint32_t k = 0; k < n; k++)
		if (from[k] != value)
			return false;
	return true;
}

Test(byte_ring, records_of_any_size_come_in_order_around_the_end)
{
	struct byte_ring *r = byte_ring_new(4096);

	for (uint32_t k = 0; k < 10000; k++) {
		uint64_t at = byte_ring_at(r), cursor = byte_ring_cursor(r);
		uint32_t bytes = k * 37 % 1900;
		put(r, &at, (uint8_t)k, bytes);
		byte_ring_publish(r, at);
		cr_assert(holds(r, &cursor, (uint8_t)k, bytes), "record %u", k);
		byte_ring_release(r, cursor);
		cr_assert(byte_ring_empty(r));
	}
	byte_ring_free(r);
}

Test(byte_ring, what_is_not_published_is_not_there_and_takes_no_room)
{
	struct byte_ring *r = byte_ring_new(4096);
	uint64_t at = byte_ring_at(r), first, cursor = byte_ring_cursor(r);

	put(r, &at, 1, 1000);
	first = at;
	put(r, &at, 2, 1000);
	put(r, &at, 3, 1000);
	cr_expect(byte_ring_empty(r));
	byte_ring_publish(r, first);
	cr_expect(holds(r, &cursor, 1, 1000));
	cr_expect(!holds(r, &cursor, 2, 1000));
	at = byte_ring_at(r);
	put(r, &at, 4, 2000); // where 2 and 3 were
	byte_ring_publish(r, at);
	cr_expect(holds(r, &cursor, 4, 2000));
	byte_ring_free(r);
}

Test(byte_ring, a_full_ring_refuses_and_has_room_when_the_consumer_has_gone_on)
{
	struct byte_ring *r = byte_ring_new(4096);
	uint64_t at = byte_ring_at(r), cursor = byte_ring_cursor(r);
	unsigned n = 0;

	for (; byte_ring_reserve(r, &at, 120); n++)
		byte_ring_publish(r, at);
	cr_expect_eq(n, 4096 / 128);
	cr_expect_eq(at, byte_ring_at(r), "what was refused moves nothing");
	byte_ring_next(r, &cursor, &(uint32_t){ 0 });
	cr_expect_null(byte_ring_reserve(r, &at, 120), "it may still be read");
	byte_ring_release(r, cursor);
	cr_expect_not_null(byte_ring_reserve(r, &at, 120));
	cr_expect_null(byte_ring_reserve(r, &at, 1));
	byte_ring_free(r);
}

static void *produce(void *context)
{
	struct byte_ring *r = context;

	for (uint32_t k = 0; k < RECORDS;) {
		uint64_t at = byte_ring_at(r);
		uint8_t *to = byte_ring_reserve(r, &at, 4 + k % 300);
		if (!to)
			continue;
		memset(to, (uint8_t)k, 4 + k % 300);
		memcpy(to, &k, 4);
		byte_ring_publish(r, at);
		k++;
	}
	return NULL;
}

Test(byte_ring, two_threads_lose_and_tear_nothing)
{
	struct byte_ring *r = byte_ring_new(8192);
	pthread_t thread;

	pthread_create(&thread, NULL, produce, r);
	for (uint32_t k = 0; k < RECORDS;) {
		uint64_t cursor = byte_ring_cursor(r);
		uint32_t bytes, number;
		const uint8_t *from = byte_ring_next(r, &cursor, &bytes);
		if (!from)
			continue;
		memcpy(&number, from, 4);
		cr_assert_eq(number, k);
		cr_assert_eq(bytes, 4 + k % 300);
		if (bytes > 4)
			cr_assert_eq(from[bytes - 1], (uint8_t)k);
		byte_ring_release(r, cursor);
		k++;
	}
	pthread_join(thread, NULL);
	byte_ring_free(r);
}
