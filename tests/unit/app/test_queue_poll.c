// SPDX-License-Identifier: BSD-3-Clause
// A device that takes little, or nothing: frames wait in order, then are lost, never the worker.

#include <criterion/criterion.h>

#include "rig.h"

#define BUFFERS (QUEUE_PENDING + 2 * QUEUE_OUT)

static uint64_t count(const _Atomic uint64_t *counter)
{
	return atomic_load(counter);
}

static void sent_expect(uint32_t n)
{
	cr_assert_eq(rig.n_sent, n, "%u sent", rig.n_sent);
	for (uint32_t i = 0; i < n; i++)
		cr_assert_eq(rig.sent[i], i, "frame %u is number %u", i, rig.sent[i]);
}

Test(poll, a_device_with_room_is_never_called_full)
{
	rig_make(BUFFERS);
	rig.room = UINT16_MAX;
	rig.wanted = 1000;
	for (uint64_t now = MS; now < 20 * MS; now += MS)
		rig_poll(now);
	sent_expect(1000);
	cr_expect_eq(count(&rig.queue->tx_full), 0);
	cr_expect_eq(count(&rig.queue->tx_full_ns), 0);
	cr_expect_eq(count(&rig.queue->tx_dropped), 0);
}

Test(poll, what_has_arrived_is_read_before_anything_new_is_sent)
{
	rig_make(BUFFERS);
	rig.room = UINT16_MAX;
	rig.wanted = 10;
	rig.arriving = 3 * HL_BURST_MAX + 1;
	for (uint64_t now = MS; now < 4 * MS; now += MS) {
		rig_poll(now);
		cr_assert_eq(atomic_load(&rig.ticks), 0, "full bursts: there may be more");
	}
	rig_poll(4 * MS);
	cr_expect_eq(rig.read, 3 * HL_BURST_MAX + 1);
	cr_expect_eq(atomic_load(&rig.ticks), 1);
	sent_expect(10);
}

Test(poll, a_tag_that_the_driver_took_out_is_put_back)
{
	static const uint8_t want[16] = { 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55,
					  0x55, 0x55, 0x55, 0x55, 0x81, 0x00, 0xa0, 100 };

	rig_make(BUFFERS);
	rig.arriving = 1;
	rig.stripped = 5 << 13 | 100;
	rig_poll(MS);
	cr_assert_eq(rig.read, 1);
	cr_expect_eq(rig.first_len, 68);
	cr_expect_arr_eq(rig.first, want, sizeof(want));
}

Test(poll, timers_are_looked_at_however_much_arrives)
{
	rig_make(BUFFERS);
	rig.room = UINT16_MAX;
	rig.arriving = 1000 * HL_BURST_MAX;
	for (unsigned i = 0; i < 10 * (QUEUE_FULL_BURSTS + 1); i++)
		rig_poll(i * MS);
	cr_expect_eq(atomic_load(&rig.ticks), 10);
}

Test(poll, a_full_device_is_counted_and_gets_every_frame_in_order)
{
	rig_make(BUFFERS);
	rig.room = 7;
	rig.wanted = 4000; // around the end of the ring of those that wait, and beyond it
	for (uint64_t now = MS; now < 1000 * MS; now += MS)
		rig_poll(now);
	sent_expect(4000);
	cr_expect_eq(count(&rig.queue->tx_dropped), 0);
	// at the end of the ring the device is asked twice
	cr_expect_geq(count(&rig.queue->tx_full), 4000 / 7 - 4000 / QUEUE_PENDING - 2);
	// For about 4000 / 7 polls of 1 ms, without a break; and no longer after the last frame left.
	cr_expect_geq(count(&rig.queue->tx_full_ns), 500 * MS);
	cr_expect_leq(count(&rig.queue->tx_full_ns), 600 * MS);
	cr_expect_eq(rig.queue->full_since_ns, 0);
}

Test(poll, two_short_waits_are_not_a_long_one)
{
	rig_make(BUFFERS);
	for (uint64_t now = MS; now < 500 * MS; now += 100 * MS) {
		rig.room = 0;
		rig.wanted = 5;
		rig_poll(now);
		rig_poll(now + 3 * MS);
		rig.room = 100;
		rig_poll(now + 4 * MS);
	}
	sent_expect(25);
	cr_expect_eq(count(&rig.queue->tx_full), 10);
	cr_expect_eq(count(&rig.queue->tx_full_ns), 3 * MS);
}

Test(poll, a_device_that_takes_nothing_loses_frames_and_the_engine_keeps_its_time)
{
	unsigned buffers;

	rig_make(BUFFERS);
	buffers = rig_buffers();
	rig.room = 0;
	rig.wanted = 1000000;
	for (uint64_t now = MS; now < 2000 * MS; now += MS) {
		rig_poll(now);
		cr_assert_eq(rig.engine_ns, now);
		cr_assert_leq(rig.queue->n_pending, QUEUE_PENDING);
	}
	cr_expect_eq(atomic_load(&rig.ticks), 1999, "a call a poll, whatever the device does");
	cr_expect_eq(count(&rig.queue->tx_dropped), rig.written);
	cr_expect_gt(rig.written, 2 * QUEUE_PENDING, "it had room again when frames were lost");
	cr_expect_eq(rig_buffers(), buffers, "what was lost is free again");
	cr_expect_gt(count(&rig.queue->tx_full), 0);
	cr_expect_geq(count(&rig.queue->tx_full_ns), 190 * MS);

	// It takes frames again: none that was written from now on is lost.
	uint32_t before = rig.written;
	rig.room = 100;
	rig.wanted = 50;
	rig_poll(2000 * MS);
	cr_expect_eq(rig.n_sent, 50);
	cr_expect_eq(rig.sent[0], before);
	cr_expect_eq(count(&rig.queue->tx_dropped), before);
	cr_expect(!rig.queue->stalled);
}

Test(poll, a_short_stall_loses_nothing)
{
	rig_make(BUFFERS);
	rig.room = 0;
	rig.wanted = 1000;
	for (uint64_t now = MS; now < 190 * MS; now += MS)
		rig_poll(now);
	rig.room = 1000;
	for (uint64_t now = 190 * MS; now < 200 * MS; now += MS)
		rig_poll(now);
	sent_expect(1000);
	cr_expect_eq(count(&rig.queue->tx_dropped), 0);
}

Test(poll, an_idle_time_is_no_stall)
{
	rig_make(BUFFERS);
	rig.room = 0;
	rig_poll(MS);
	rig.wanted = 5;
	rig_poll(5000 * MS);
	cr_expect_eq(count(&rig.queue->tx_dropped), 0, "nothing waited before");
	rig.room = 5;
	rig_poll(5001 * MS);
	sent_expect(5);
}

Test(poll, without_buffers_it_is_counted_and_goes_on_when_there_are_some)
{
	rig_make(QUEUE_OUT + 64); // fewer than may wait
	rig.room = 0;
	rig.wanted = 600;
	for (uint64_t now = MS; now < 100 * MS; now += MS)
		rig_poll(now);
	cr_expect_gt(count(&rig.queue->no_buffer), 0);
	rig.room = 100;
	for (uint64_t now = 100 * MS; now < 150 * MS; now += MS)
		rig_poll(now);
	sent_expect(600);
	cr_expect_eq(rig.queue->n_spare, QUEUE_OUT);
}
