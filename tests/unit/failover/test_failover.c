// SPDX-License-Identifier: BSD-3-Clause
// FAILOVER.md section 3 row by row, each with its guards. What the operator does: test_operator.c.
#include <criterion/criterion.h>

#include "expect.h"

#define ON_P_AGAIN (ACT_REFRESH | ACT_SETTLED)
#define SETTLED_P (ACT_REFRESH | ACT_SETTLED | ACT_PROBE)
#define SETTLED_B (ACT_REFRESH | ACT_SETTLED | ACT_PROBE | ACT_FAILOVER)
#define TO_SW_B (ACT_REGISTER_B | ACT_PROBE)
#define TO_DOWN (ACT_BACKOFF | ACT_PROBE)
#define TO_PARK (ACT_PARK | ACT_PROBE_STOP)

#define policy_with(member, value) \
	({ \
		struct failover_policy with_policy = usual; \
		with_policy.member = (value); \
		with_policy; \
	})

Test(failover, row_01_enable_registers_at_p)
{
	struct failover off = line_in(HL_OFF);
	struct failover_policy alone = policy_with(has_backup, false);

	expect(&usual, 0, off, FO_ENABLE, line_in(HL_REG_P), ACT_REGISTER_P);
	expect(&usual, B, off, FO_ENABLE, line_in(HL_REG_P), ACT_REGISTER_P);
	expect(&alone, 0, off, FO_ENABLE, line_in(HL_REG_P), ACT_REGISTER_P);
}

Test(failover, row_01_enable_goes_to_b_while_p_is_held)
{
	struct failover off = line_in(HL_OFF);
	struct failover_policy alone = policy_with(has_backup, false);
	struct failover sw_b = with(line_in(HL_SW_B), active, HL_SERVER_NONE);

	expect(&usual, P, off, FO_ENABLE, sw_b, TO_SW_B);
	expect(&usual, P | B, off, FO_ENABLE, with(line_in(HL_DOWN), tried, 0), TO_DOWN);
	expect(&alone, P, off, FO_ENABLE, with(line_in(HL_DOWN), tried, 0), TO_DOWN);
}

Test(failover, row_02_registered_at_p)
{
	struct failover_policy silent = policy_with(probes, false);

	expect(&usual, 0, line_in(HL_REG_P), FO_REGISTERED, line_in(HL_ON_P), SETTLED_P);
	expect(&silent, 0, line_in(HL_REG_P), FO_REGISTERED, line_in(HL_ON_P), ON_P_AGAIN);
}

Test(failover, row_02_a_2xx_of_p_is_a_sign_of_life)
{
	struct failover reg_p = with(line_in(HL_REG_P), fails, 2);
	struct failover on_p = with(line_in(HL_ON_P), fails, 2);
	struct failover on_b = with(line_in(HL_ON_B), fails, 2);

	expect(&usual, 0, reg_p, FO_REGISTERED, line_in(HL_ON_P), SETTLED_P);
	expect(&usual, 0, on_p, FO_REGISTERED, line_in(HL_ON_P), ON_P_AGAIN);
	expect(&usual, 0, on_b, FO_REGISTERED, on_b,
	       ACT_REFRESH | ACT_SETTLED); // B's says nothing of P
}

// After B was lost (row 15) the way to P is a return, although it goes by REG_P.
Test(failover, row_02_registered_at_p_after_b_is_a_return)
{
	struct failover reg_p = with(with(line_in(HL_REG_P), active, HL_SERVER_B), tried, P | B);
	struct failover_policy keep = policy_with(remove_last, false);

	expect(&usual, 0, reg_p, FO_REGISTERED, line_in(HL_ON_P),
	       SETTLED_P | ACT_RETURN | ACT_LEAVE_B);
	expect(&keep, 0, reg_p, FO_REGISTERED, line_in(HL_ON_P), SETTLED_P | ACT_RETURN);
}

Test(failover, row_03_failed_at_p_goes_to_b)
{
	struct failover sw_b = with(with(line_in(HL_SW_B), active, HL_SERVER_NONE), tried, P | B);
	struct failover_policy silent = policy_with(probes, false);

	expect(&usual, 0, line_in(HL_REG_P), FO_FAILED, sw_b, TO_SW_B);
	expect(&usual, P, line_in(HL_REG_P), FO_FAILED, sw_b, TO_SW_B); // 480 or Retry-After
	expect(&silent, 0, line_in(HL_REG_P), FO_FAILED, sw_b, ACT_REGISTER_B);
}

Test(failover, row_04_refresh_goes_to_p)
{
	expect(&usual, 0, line_in(HL_ON_P), FO_REFRESH, line_in(HL_ON_P), ACT_REGISTER_P);
	expect(&usual, 0, line_in(HL_ON_P), FO_REGISTERED, line_in(HL_ON_P), ON_P_AGAIN);
}

Test(failover, row_05_failed_refresh_goes_to_b)
{
	struct failover sw_b = with(line_in(HL_SW_B), tried, P | B);

	expect(&usual, 0, line_in(HL_ON_P), FO_FAILED, sw_b, TO_SW_B);
	expect(&usual, P, line_in(HL_ON_P), FO_FAILED, sw_b, TO_SW_B);
}

Test(failover, row_05_third_missed_probe_selects_backup)
{
	struct failover on_p = line_in(HL_ON_P);

	expect(&usual, 0, with(on_p, oks, 9), FO_PROBE_LOST, with(on_p, fails, 1), 0);
	expect(&usual, 0, with(on_p, fails, 1), FO_PROBE_LOST, with(on_p, fails, 2), 0);
	expect(&usual, 0, with(on_p, fails, 2), FO_PROBE_LOST, with(line_in(HL_SW_B), fails, 3),
	       TO_SW_B);
}

Test(failover, row_05_answered_probe_starts_the_count_again)
{
	struct failover on_p = line_in(HL_ON_P);

	expect(&usual, 0, with(on_p, fails, 2), FO_PROBE_OK, with(on_p, oks, 1), 0);
}

// The count goes on, and the next lost probe asks again.
Test(failover, row_05_missed_probes_without_usable_backup_stay_on_p)
{
	struct failover_policy alone = policy_with(has_backup, false);
	struct failover on_p = with(line_in(HL_ON_P), fails, 2);
	struct failover locked = with(on_p, lock, LOCK_P);

	expect(&alone, 0, on_p, FO_PROBE_LOST, with(on_p, fails, 3), 0);
	expect(&usual, B, on_p, FO_PROBE_LOST, with(on_p, fails, 3), 0);
	expect(&usual, 0, locked, FO_PROBE_LOST, with(locked, fails, 3), 0);
	expect(&usual, 0, with(on_p, fails, 3), FO_PROBE_LOST, with(line_in(HL_SW_B), fails, 4),
	       TO_SW_B);
	expect(&usual, B, with(on_p, fails, 63), FO_PROBE_LOST, with(on_p, fails, 63), 0);
}

Test(failover, row_06_registered_at_b)
{
	struct failover sw_b = line_in(HL_SW_B);
	struct failover never_at_p = with(sw_b, active, HL_SERVER_NONE);
	struct failover forced = with(sw_b, active, HL_SERVER_B); // B again, after row 15
	struct failover_policy keep = policy_with(remove_last, false);

	expect(&usual, 0, sw_b, FO_REGISTERED, line_in(HL_ON_B), SETTLED_B | ACT_LEAVE_P);
	expect(&keep, 0, sw_b, FO_REGISTERED, line_in(HL_ON_B), SETTLED_B);
	expect(&usual, 0, never_at_p, FO_REGISTERED, line_in(HL_ON_B), SETTLED_B);
	expect(&usual, 0, forced, FO_REGISTERED, line_in(HL_ON_B), SETTLED_B);
}

Test(failover, row_07_failed_at_b_goes_to_p_when_untried)
{
	struct failover sw_b = line_in(HL_SW_B);
	struct failover reg_p = with(with(line_in(HL_REG_P), active, HL_SERVER_P), tried, P | B);

	expect(&usual, 0, sw_b, FO_FAILED, reg_p, ACT_REGISTER_P);
	expect(&usual, 0, sw_b, FO_REJECTED, reg_p, ACT_REGISTER_P);
	expect(&usual, P, sw_b, FO_FAILED, with(line_in(HL_DOWN), tried, B), TO_DOWN);
}

Test(failover, row_08_failed_at_both_is_down)
{
	struct failover_policy alone = policy_with(has_backup, false);
	struct failover reg_p = line_in(HL_REG_P);
	struct failover both = with(line_in(HL_SW_B), tried, P | B);
	struct failover down_p = with(line_in(HL_DOWN), tried, P);

	expect(&usual, 0, both, FO_FAILED, line_in(HL_DOWN), TO_DOWN);
	expect(&usual, 0, with(reg_p, tried, P | B), FO_FAILED, line_in(HL_DOWN), TO_DOWN);
	expect(&usual, B, reg_p, FO_FAILED, down_p, TO_DOWN);
	expect(&alone, 0, reg_p, FO_FAILED, down_p, TO_DOWN);
	expect(&alone, 0, line_in(HL_ON_P), FO_FAILED, down_p, TO_DOWN);
	expect(&usual, B, line_in(HL_ON_P), FO_FAILED, down_p, TO_DOWN);
}

Test(failover, row_08_without_probes_none_are_started)
{
	struct failover_policy silent = policy_with(probes, false);
	struct failover both = with(line_in(HL_SW_B), tried, P | B);

	expect(&silent, 0, both, FO_FAILED, line_in(HL_DOWN), ACT_BACKOFF);
}

Test(failover, row_09_recovered_primary_is_preferred)
{
	struct failover on_b = line_in(HL_ON_B);

	expect(&usual, 0, with(on_b, fails, 5), FO_PROBE_OK, with(on_b, oks, 1), 0);
	expect(&usual, 0, with(on_b, oks, 1), FO_PROBE_OK, with(line_in(HL_SW_P), oks, 2), RETURN);
	expect(&usual, 0, with(on_b, oks, 127), FO_PROBE_OK, with(line_in(HL_SW_P), oks, 127),
	       RETURN);
}

// Rows 9 and 10: held by the cool-down or Retry-After, never to return, or locked.
Test(failover, row_09_recovered_primary_waits_while_no_return_is_allowed)
{
	struct failover on_b = with(line_in(HL_ON_B), oks, 1);
	struct failover locked = with(on_b, lock, LOCK_B);
	struct failover_policy never = policy_with(auto_return, false);
	struct failover_policy later = policy_with(prefer_primary, false);

	expect(&usual, P, on_b, FO_PROBE_OK, with(on_b, oks, 2), 0);
	expect(&later, P, on_b, FO_PROBE_OK, with(on_b, oks, 2), 0);
	expect(&never, 0, on_b, FO_PROBE_OK, with(on_b, oks, 2), 0);
	expect(&usual, 0, locked, FO_PROBE_OK, with(locked, oks, 2), 0);
	expect(&later, 0, locked, FO_PROBE_OK, with(locked, oks, 2), 0);
}

Test(failover, row_10_recovered_primary_starts_the_return_delay)
{
	struct failover_policy later = policy_with(prefer_primary, false);
	struct failover on_b = line_in(HL_ON_B);

	expect(&later, 0, on_b, FO_PROBE_OK, with(on_b, oks, 1), 0);
	expect(&later, 0, with(on_b, oks, 1), FO_PROBE_OK, with(line_in(HL_HOLD_B), oks, 2),
	       ACT_HOLD);
}

Test(failover, row_11_primary_that_fails_again_cancels_the_delay)
{
	struct failover hold = line_in(HL_HOLD_B);

	expect(&usual, 0, with(hold, oks, 2), FO_PROBE_LOST, with(hold, fails, 1), 0);
	expect(&usual, 0, with(hold, fails, 2), FO_PROBE_OK, with(hold, oks, 1), 0);
	expect(&usual, 0, with(hold, fails, 2), FO_PROBE_LOST, with(line_in(HL_ON_B), fails, 3),
	       ACT_HOLD_CANCEL | ACT_PROBE);
}

Test(failover, row_12_delay_over_registers_at_p)
{
	struct failover hold = with(line_in(HL_HOLD_B), oks, 9);

	expect(&usual, 0, hold, FO_TIMER, with(line_in(HL_SW_P), oks, 9), RETURN | ACT_HOLD_CANCEL);
	expect(&usual, P, hold, FO_TIMER, with(line_in(HL_ON_B), oks, 9),
	       ACT_HOLD_CANCEL | ACT_PROBE);
}

Test(failover, row_13_registered_at_p_again)
{
	struct failover_policy keep = policy_with(remove_last, false);

	expect(&usual, 0, with(line_in(HL_SW_P), fails, 1), FO_REGISTERED, line_in(HL_ON_P),
	       SETTLED_P | ACT_RETURN | ACT_LEAVE_B | ACT_HOLD_CANCEL);
	expect(&keep, 0, line_in(HL_SW_P), FO_REGISTERED, line_in(HL_ON_P),
	       SETTLED_P | ACT_RETURN | ACT_HOLD_CANCEL);
}

Test(failover, row_14_failed_return_stays_on_b_and_cools_down)
{
	struct failover sw_p = with(line_in(HL_SW_P), oks, 4);

	expect(&usual, 0, sw_p, FO_FAILED, line_in(HL_ON_B), ACT_COOL | BACK_ON_B);
	expect(&usual, P, sw_p, FO_FAILED, line_in(HL_ON_B), ACT_COOL | BACK_ON_B);
	expect(&usual, 0, sw_p, FO_REJECTED, line_in(HL_ON_B), ACT_COOL | BACK_ON_B);
}

Test(failover, row_14_a_return_that_takes_too_long_gives_way_to_the_refresh_of_b)
{
	struct failover sw_p = with(line_in(HL_SW_P), oks, 4);

	expect(&usual, 0, sw_p, FO_TIMER, line_in(HL_ON_B), ACT_ABANDON | ACT_COOL | BACK_ON_B);
}

Test(failover, row_15_b_lost_while_p_answers)
{
	struct failover reg_p = with(with(line_in(HL_REG_P), active, HL_SERVER_B), tried, P | B);
	struct failover_policy silent = policy_with(probes, false);

	expect(&usual, 0, with(line_in(HL_ON_B), oks, 1), FO_FAILED, with(reg_p, oks, 1),
	       ACT_REGISTER_P);
	expect(&usual, B, with(line_in(HL_HOLD_B), oks, 1), FO_FAILED, with(reg_p, oks, 1),
	       ACT_REGISTER_P | ACT_HOLD_CANCEL);
	expect(&silent, 0, line_in(HL_ON_B), FO_FAILED, reg_p, ACT_REGISTER_P);
}

Test(failover, row_15_b_lost_and_p_too)
{
	struct failover down = with(line_in(HL_DOWN), tried, B);
	struct failover on_b = with(line_in(HL_ON_B), oks, 1);
	struct failover locked = with(on_b, lock, LOCK_B);

	expect(&usual, 0, line_in(HL_ON_B), FO_FAILED, down, TO_DOWN);
	expect(&usual, 0, with(line_in(HL_HOLD_B), fails, 1), FO_FAILED, with(down, fails, 1),
	       TO_DOWN | ACT_HOLD_CANCEL);
	expect(&usual, P, on_b, FO_FAILED, with(down, oks, 1), TO_DOWN);
	expect(&usual, 0, locked, FO_FAILED, with(with(down, oks, 1), lock, LOCK_B), TO_DOWN);
}

Test(failover, row_15_refresh_at_b)
{
	struct failover on_b = line_in(HL_ON_B), hold = line_in(HL_HOLD_B);

	expect(&usual, 0, on_b, FO_REFRESH, on_b, ACT_REGISTER_B);
	expect(&usual, 0, hold, FO_REFRESH, hold, ACT_REGISTER_B);
	expect(&usual, 0, on_b, FO_REGISTERED, on_b, ACT_REFRESH | ACT_SETTLED);
	expect(&usual, 0, hold, FO_REGISTERED, hold, ACT_REFRESH | ACT_SETTLED);
}

// primary_detect_interval is 0: on B each refresh first tries P (section 1).
Test(failover, row_15_refresh_at_b_without_probes_tries_p)
{
	struct failover_policy silent = policy_with(probes, false), never = silent;
	struct failover on_b = line_in(HL_ON_B), locked = with(on_b, lock, LOCK_B);

	never.auto_return = false;
	expect(&silent, 0, on_b, FO_REFRESH, line_in(HL_SW_P), RETURN);
	expect(&silent, 0, line_in(HL_HOLD_B), FO_REFRESH, line_in(HL_SW_P),
	       RETURN | ACT_HOLD_CANCEL);
	expect(&silent, P, on_b, FO_REFRESH, on_b, ACT_REGISTER_B);
	expect(&silent, 0, locked, FO_REFRESH, locked, ACT_REGISTER_B);
	expect(&never, 0, on_b, FO_REFRESH, on_b, ACT_REGISTER_B);
}

Test(failover, row_16_backoff_over_is_a_new_cycle_with_p_first)
{
	struct failover down = line_in(HL_DOWN);
	struct failover sw_b = with(line_in(HL_SW_B), active, HL_SERVER_NONE);
	struct failover_policy alone = policy_with(has_backup, false);

	expect(&usual, 0, down, FO_TIMER, line_in(HL_REG_P), ACT_REGISTER_P);
	expect(&usual, P, down, FO_TIMER, sw_b, TO_SW_B);
	expect(&usual, P | B, down, FO_TIMER, with(down, tried, 0), ACT_BACKOFF);
	expect(&alone, P, down, FO_TIMER, with(down, tried, 0), ACT_BACKOFF);
	expect(&usual, 0, with(down, lock, LOCK_B), FO_TIMER, with(sw_b, lock, LOCK_B), TO_SW_B);
	expect(&usual, 0, with(down, lock, LOCK_P), FO_TIMER, with(line_in(HL_REG_P), lock, LOCK_P),
	       ACT_REGISTER_P);
	expect(&usual, B, with(down, lock, LOCK_B), FO_TIMER,
	       with(with(down, lock, LOCK_B), tried, 0), ACT_BACKOFF);
}

Test(failover, row_16_answered_probe_ends_down)
{
	struct failover down = line_in(HL_DOWN);
	struct failover sw_b = with(line_in(HL_SW_B), active, HL_SERVER_NONE);
	struct failover_policy alone = policy_with(has_backup, false);

	expect(&usual, 0, with(down, fails, 9), FO_PROBE_OK, with(line_in(HL_REG_P), oks, 1),
	       ACT_REGISTER_P);
	expect(&usual, P, down, FO_PROBE_OK, with(down, oks, 1), 0);
	expect(&usual, 0, with(down, lock, LOCK_B), FO_PROBE_OK,
	       with(with(down, lock, LOCK_B), oks, 1), 0);
	expect(&usual, 0, down, FO_PROBE_LOST, with(down, fails, 1), 0);

	expect(&usual, 0, with(down, fails, 9), FO_PROBE_B_OK, with(sw_b, fails, 9), TO_SW_B);
	expect(&usual, B, down, FO_PROBE_B_OK, down, 0);
	expect(&usual, 0, with(down, lock, LOCK_P), FO_PROBE_B_OK, with(down, lock, LOCK_P), 0);
	expect(&alone, 0, down, FO_PROBE_B_OK, down, 0);
}

// Row 17, a challenge, is no event of the machine: the same server is asked again.

Test(failover, row_18_rejected_is_parked)
{
	struct failover park = line_in(HL_PARK);
	struct failover both = with(with(line_in(HL_SW_B), tried, P | B), oks, 3);

	expect(&usual, 0, line_in(HL_REG_P), FO_REJECTED, park, TO_PARK);
	expect(&usual, 0, with(line_in(HL_ON_P), fails, 2), FO_REJECTED, with(park, tried, 0),
	       TO_PARK);
	expect(&usual, 0, with(line_in(HL_ON_B), oks, 1), FO_REJECTED, with(park, tried, 0),
	       TO_PARK);
	expect(&usual, 0, line_in(HL_HOLD_B), FO_REJECTED, with(park, tried, 0),
	       TO_PARK | ACT_HOLD_CANCEL);
	expect(&usual, 0, both, FO_REJECTED, with(park, tried, P | B), TO_PARK);
	expect(&usual, P, line_in(HL_SW_B), FO_REJECTED, with(park, tried, B), TO_PARK);
}

Test(failover, row_19_park_time_over_registers_again)
{
	struct failover park = line_in(HL_PARK);
	struct failover sw_b = with(line_in(HL_SW_B), active, HL_SERVER_NONE);

	expect(&usual, 0, park, FO_TIMER, line_in(HL_REG_P), ACT_REGISTER_P);
	expect(&usual, P, park, FO_TIMER, sw_b, TO_SW_B);
	expect(&usual, 0, with(park, lock, LOCK_B), FO_TIMER, with(sw_b, lock, LOCK_B), TO_SW_B);
	expect(&usual, P | B, park, FO_TIMER, with(line_in(HL_DOWN), tried, 0), TO_DOWN);
}
