// SPDX-License-Identifier: BSD-3-Clause
// What a poll copies for a trace: frames that arrived, and those that the device took, never others.

#include <criterion/criterion.h>

#include <string.h>

#include "rig.h"
#include "trace/record.h"
#include "trace/tap.h"

#define BUFFERS (QUEUE_PENDING + 2 * QUEUE_OUT)

static struct line_set *everything;

static struct tap *tap_make(size_t bytes)
{
	rig_make(BUFFERS);
	everything = line_set_new(1);
	atomic_store(&everything->all, true);
	struct tap *tap = tap_new(bytes, NULL, 0, everything);
	cr_assert(tap);
	atomic_store(&rig.queue->tap, tap);
	return tap;
}

// Take what is in the ring: the numbers of the frames, each after the one before.
static unsigned take(struct tap *tap, uint32_t *number, uint64_t at_ns)
{
	const struct trace_record *r;
	uint64_t cursor = byte_ring_cursor(tap->ring);
	uint32_t bytes, got;
	unsigned n = 0;

	for (; (r = byte_ring_next(tap->ring, &cursor, &bytes)); n++) {
		memcpy(&got, r + 1, sizeof(got));
		cr_assert_eq(got, (*number)++, "frame %u", got);
		cr_assert_eq(r->flags, TRACE_SENT);
		cr_assert_eq(r->at_ns, at_ns);
		cr_assert_eq(r->bytes, 64);
		cr_assert_eq(r->wire_bytes, 64);
	}
	byte_ring_release(tap->ring, cursor);
	return n;
}

Test(trace_tap, a_frame_counts_as_sent_when_the_device_has_taken_it)
{
	struct tap *tap = tap_make(1 << 16);
	uint32_t number = 0;

	rig.wanted = 1000; // around the end of the ring of those that wait
	for (uint64_t now = MS; number < 1000; now += MS) {
		uint32_t before = rig.n_sent;
		rig.room = (uint32_t)(now / MS % 3) * 37;
		rig_poll(now);
		cr_assert_eq(take(tap, &number, now), rig.n_sent - before, "what it took now");
	}
	cr_expect_eq(atomic_load(&tap->recorded), 1000);
	cr_expect_eq(atomic_load(&tap->dropped), 0);
}

Test(trace_tap, what_a_stalled_device_lost_was_not_sent)
{
	struct tap *tap = tap_make(1 << 20);
	uint32_t number = 0;

	rig.wanted = 1000000;
	for (uint64_t now = MS; now < 500 * MS; now += MS)
		rig_poll(now);
	cr_expect_gt(atomic_load(&rig.queue->tx_dropped), 0);
	cr_expect_eq(take(tap, &number, 0), 0);
	cr_expect_eq(atomic_load(&tap->recorded), 0);
	cr_expect_eq(atomic_load(&tap->dropped), 0);
}

Test(trace_tap, a_full_ring_counts_and_holds_up_nothing)
{
	struct tap *tap = tap_make(4096);
	uint32_t number = 0;

	rig.room = UINT16_MAX;
	rig.wanted = 500;
	for (uint64_t now = MS; now < 10 * MS; now += MS)
		rig_poll(now);
	cr_expect_eq(rig.n_sent, 500);
	uint64_t recorded = atomic_load(&tap->recorded);
	cr_expect_eq(recorded + atomic_load(&tap->dropped), 500);
	cr_expect_lt(recorded, 50);
	cr_expect_eq(take(tap, &number, MS), recorded, "the first ones");
	rig.wanted = 1;
	rig_poll(20 * MS);
	number = 500;
	cr_expect_eq(take(tap, &number, 20 * MS), 1, "there is room again");
}

Test(trace_tap, what_has_arrived_is_recorded_as_received)
{
	struct tap *tap = tap_make(1 << 16);
	uint64_t cursor = byte_ring_cursor(tap->ring);
	const struct trace_record *r;
	uint32_t bytes;
	unsigned n = 0;

	rig.arriving = 100;
	rig_poll(7 * MS);
	rig_poll(7 * MS);
	for (; (r = byte_ring_next(tap->ring, &cursor, &bytes)); n++) {
		cr_expect_eq(r->flags, 0);
		cr_expect_eq(r->at_ns, 7 * MS);
	}
	cr_expect_eq(n, 100);
	atomic_store(&rig.queue->tap, NULL);
	rig.arriving = 100;
	rig_poll(8 * MS);
	cr_expect_eq(atomic_load(&tap->recorded), 100, "it is off");
	tap_free(tap);
}
