// SPDX-License-Identifier: BSD-3-Clause
// The queue of answers held back, with frames of all lengths.
#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "registrar/delay.h"

static struct delay queue;

static void teardown(void)
{
	delay_free(&queue);
}

TestSuite(delay, .fini = teardown);

Test(delay, frames_come_out_as_they_went_in_and_in_order)
{
	uint8_t in[HL_FRAME_MAX], out[HL_FRAME_MAX];
	uint64_t pushed = 0, popped = 0;
	struct rng rng, lens;

	rng_seed(&rng, 3);
	rng_seed(&lens, 4);
	struct rng lens_out = lens;
	cr_assert_eq(delay_init(&queue, 8000), 0);
	for (int step = 0; step < 100000; step++) {
		if (rng_below(&rng, 2) == 0) {
			struct rng before = lens;
			struct hl_packet pkt = { .data = in,
						 .len = (uint16_t)(1 +
								   rng_below(&lens, HL_FRAME_MAX)),
						 .flags = (uint16_t)(pushed & 3) };
			memset(in, (int)pushed, pkt.len);
			if (delay_push(&queue, &pkt, pushed))
				pushed++;
			else
				lens = before;
		} else if (delay_next(&queue) != UINT64_MAX) {
			struct hl_packet pkt = { .data = out };
			cr_assert_eq(delay_next(&queue), popped);
			delay_pop(&queue, &pkt);
			cr_assert_eq(pkt.len, 1 + rng_below(&lens_out, HL_FRAME_MAX));
			cr_assert_eq(pkt.flags, popped & 3);
			cr_assert(out[0] == (uint8_t)popped && out[pkt.len - 1] == (uint8_t)popped);
			popped++;
		} else
			cr_assert_eq(pushed, popped);
	}
	cr_assert_gt(popped, 1000);
}

Test(delay, what_is_full_refuses_and_what_is_empty_says_so)
{
	uint8_t frame[1000] = { 0 };
	const struct hl_packet pkt = { .data = frame, .len = sizeof(frame) };

	cr_assert_eq(delay_init(&queue, 3000), 0);
	cr_assert_eq(delay_next(&queue), UINT64_MAX);
	cr_assert(delay_push(&queue, &pkt, 1) && delay_push(&queue, &pkt, 2));
	cr_assert_not(delay_push(&queue, &pkt, 3));
	delay_pop(&queue, NULL);
	cr_assert(delay_push(&queue, &pkt, 3));
	delay_pop(&queue, NULL);
	delay_pop(&queue, NULL);
	cr_assert_eq(delay_next(&queue), UINT64_MAX);
}

Test(delay, a_shorter_delay_does_not_overtake)
{
	uint8_t frame[100] = { 0 };
	const struct hl_packet pkt = { .data = frame, .len = sizeof(frame) };

	cr_assert_eq(delay_init(&queue, 3000), 0);
	cr_assert(delay_push(&queue, &pkt, 50) && delay_push(&queue, &pkt, 10));
	delay_pop(&queue, NULL);
	cr_assert_eq(delay_next(&queue), 50);
}
