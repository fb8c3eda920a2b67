// SPDX-License-Identifier: BSD-3-Clause
// The token bucket: the rate holds, a stall is not made up for, a full burst loses nothing.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "rig.h"

Test(pace, requests_leave_at_the_rate)
{
	struct rig *rig = rig_new_rate("", 100, 1000);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_clear(rig);
	rig_pass(rig, 50 * MS);
	cr_assert(ge(u32, rig->n, 49));
	cr_assert(le(u32, rig->n, 52));
	for (uint32_t k = 1; k < rig->n; k++) {
		uint64_t gap = rig->sent[k].at_ns - rig->sent[k - 1].at_ns;
		cr_assert(ge(u64, gap, 900000));
		cr_assert(le(u64, gap, 1200000));
	}
	rig_free(rig);
}

static uint32_t one_tick(struct rig *rig, uint16_t cap)
{
	static uint8_t bytes[64][HL_FRAME_MAX];
	struct hl_packet pkts[64];
	struct hl_burst tx = { .pkts = pkts, .cap = cap };

	for (int i = 0; i < 64; i++)
		pkts[i] = (struct hl_packet){ .data = bytes[i] };
	hl_worker_tick(rig->worker, &tx, rig->now_ns);
	return tx.n;
}

Test(pace, a_stall_is_not_made_up_for)
{
	struct rig *rig = rig_new_rate("", 200, 1000);
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = 200 };
	uint32_t sent = 0;

	hl_worker_command(rig->worker, &enable);
	for (int k = 0; k < 8; k++)
		one_tick(rig, 64); // all lines want to register, a few may
	rig->now_ns += 100 * MS;   // 100 requests were due in this time
	for (int k = 0; k < 8; k++)
		sent += one_tick(rig, 64);
	cr_assert(ge(u32, sent, 1));
	cr_assert(le(u32, sent, 3), "a burst is at most 1 ms of rate, not %u", sent);
	rig_free(rig);
}

Test(pace, a_burst_without_room_puts_sends_off_and_loses_none)
{
	struct rig *rig = rig_new("", 50);
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = 50 };
	uint32_t sent = 0;

	hl_worker_command(rig->worker, &enable);
	for (int k = 0; k < 10; k++)
		cr_assert(eq(u32, one_tick(rig, 0), 0));
	for (int k = 0; k < 40; k++) {
		uint32_t n = one_tick(rig, 3);

		cr_assert(le(u32, n, 3));
		sent += n;
	}
	cr_assert(eq(u32, sent, 50));
	rig_free(rig);
}
