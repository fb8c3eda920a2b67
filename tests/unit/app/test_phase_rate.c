// SPDX-License-Identifier: BSD-3-Clause
// What a phase with a slope asks for, step by step; tests/unit/worker/test_pace.c shows that a worker sends that.

#include <criterion/criterion.h>

#include "commands/phase_rate.h"

#define MS 1000000ull

// All that its steps ask for, when each comes on time.
static double asked(const struct hl_phase *phase)
{
	double sum = 0;

	for (uint64_t ms = 0; ms < phase->for_ms; ms += 100) {
		uint64_t lasts_ms = phase->for_ms - ms < 100 ? phase->for_ms - ms : 100;
		sum += (double)phase_rate_at(phase, ms * MS) * (double)lasts_ms / 1000;
	}
	return sum;
}

Test(phase_rate, steps_ask_for_what_the_slope_does)
{
	static const struct hl_phase slopes[] = {
		{ .for_ms = 60000, .rate_from = 100, .rate_to = 1000 },
		{ .for_ms = 60000, .rate_from = 1000, .rate_to = 100 },
		{ .for_ms = 1050, .rate_from = 100, .rate_to = 900 },
		{ .for_ms = 30, .rate_from = 100, .rate_to = 300 },
		{ .for_ms = 86400000, .rate_from = 1, .rate_to = 1000000000 },
		{ .for_ms = 5000, .rate_from = 7, .rate_to = 7 },
	};

	for (unsigned k = 0; k < sizeof(slopes) / sizeof(*slopes); k++) {
		const struct hl_phase *p = &slopes[k];
		double area = (double)(p->rate_from + p->rate_to) / 2 * (double)p->for_ms / 1000;
		cr_expect_float_eq(asked(p), area, area / 1000 + 1, "slope %u: %f of %f", k,
				   asked(p), area);
	}
}

Test(phase_rate, no_step_leaves_the_slope)
{
	const struct hl_phase up = { .for_ms = 3000, .rate_from = 10, .rate_to = 40 };
	const struct hl_phase down = { .for_ms = 3000, .rate_from = 40, .rate_to = 10 };
	uint64_t before = 10;

	for (uint64_t ms = 0; ms < 6000; ms += 10) {
		uint64_t rate = phase_rate_at(&up, ms * MS);
		cr_expect_geq(rate, before);
		cr_expect_leq(rate, 40);
		cr_expect_leq(rate + phase_rate_at(&down, ms * MS), 51);
		cr_expect_geq(rate + phase_rate_at(&down, ms * MS), 49);
		before = rate;
	}
	cr_expect_eq(phase_rate_at(&up, 0), 11); // the middle of the first 100 ms: 10.5
	cr_expect_eq(before, 40);
}
