// SPDX-License-Identifier: BSD-3-Clause
// The adaptive sleep: never under load, never across a deadline, short while a reply may come.
#include <criterion/criterion.h>

#include "loop/idle.h"

#define US 1000ull
#define MS 1000000ull
#define NEVER UINT64_MAX

// A loop that had work at every multiple of gap_ns, the last time at *now_ns.
static struct idle worked_every(uint64_t gap_ns, uint32_t times, bool sent, uint64_t *now_ns)
{
	struct idle idle;

	*now_ns = 1000 * MS;
	idle_start(&idle, *now_ns);
	for (uint32_t i = 0; i < times; i++) {
		*now_ns += gap_ns;
		idle_worked(&idle, sent, *now_ns);
	}
	return idle;
}

Test(idle, a_loaded_loop_never_sleeps)
{
	uint64_t now_ns;
	struct idle idle = worked_every(300 * US, 1000, false, &now_ns);

	for (uint64_t t = 0; t < 300 * US; t += 10 * US)
		cr_assert_eq(idle_sleep_ns(&idle, NEVER, now_ns + t), 0, "%d us", (int)(t / US));
}

Test(idle, a_pause_under_load_is_not_slept_through_at_once)
{
	uint64_t now_ns;
	struct idle idle = worked_every(1 * US, 1000, false, &now_ns);

	cr_expect_eq(idle_sleep_ns(&idle, NEVER, now_ns + 499 * US), 0);
	cr_expect_eq(idle_sleep_ns(&idle, NEVER, now_ns + 500 * US), 125 * US);
	cr_expect_eq(idle_sleep_ns(&idle, NEVER, now_ns + 2 * MS), 500 * US);
	cr_expect_eq(idle_sleep_ns(&idle, NEVER, now_ns + 90000 * MS), 2 * MS);
}

Test(idle, the_reply_from_near_by_is_polled_for)
{
	uint64_t now_ns;
	struct idle idle = worked_every(20 * MS, 100, true, &now_ns);

	cr_expect_eq(idle_sleep_ns(&idle, NEVER, now_ns), 0);
	cr_expect_eq(idle_sleep_ns(&idle, NEVER, now_ns + 199 * US), 0);
	cr_expect_eq(idle_sleep_ns(&idle, NEVER, now_ns + 200 * US), 50 * US);
	idle_worked(&idle, false, now_ns + 300 * US); // it came: nothing more is expected
	cr_expect_eq(idle_sleep_ns(&idle, NEVER, now_ns + 301 * US), 10 * US);
}

Test(idle, it_is_awake_before_a_deadline)
{
	uint64_t now_ns;
	struct idle idle = worked_every(20 * MS, 100, false, &now_ns);

	now_ns += 10 * MS;
	for (uint64_t left = 0; left < 3 * MS; left += US / 2) {
		uint64_t sleep_ns = idle_sleep_ns(&idle, now_ns + left, now_ns);

		cr_assert(sleep_ns == 0 || sleep_ns + 100 * US <= left, "%d ns", (int)left);
		cr_assert(sleep_ns > 0 || left < 110 * US, "%d ns: may sleep", (int)left);
	}
	cr_expect_eq(idle_sleep_ns(&idle, now_ns, now_ns), 0, "due now");
}
