// SPDX-License-Identifier: BSD-3-Clause
// FAILOVER.md section 3, row 20: what the operator does to a line, in every state.
#include <criterion/criterion.h>

#include "expect.h"

#define DISABLED (ACT_ABANDON | ACT_PROBE_STOP | ACT_LEAVE_ALL)

static const struct failover_policy alone = { .fail_max = 3,
					      .recover_count = 2,
					      .probes = true,
					      .prefer_primary = true,
					      .auto_return = true };

Test(operator, row_20_disable_leaves_nothing_behind)
{
	for (enum hl_line_state state = HL_REG_P; state < HL_LINE_STATES; state++) {
		struct failover fo = with(with(line_in(state), fails, 2), tried, P | B);
		bool timed = state == HL_HOLD_B || state == HL_SW_P;
		uint32_t hold = timed ? ACT_HOLD_CANCEL : 0;

		expect(&usual, P | B, fo, FO_DISABLE, line_in(HL_OFF), DISABLED | hold);
		expect(&usual, 0, with(fo, lock, LOCK_B), FO_DISABLE, line_in(HL_OFF),
		       DISABLED | hold);
	}
}

Test(operator, row_20_off_knows_only_enable)
{
	for (enum failover_event event = 0; event < FAILOVER_EVENTS; event++)
		if (event != FO_ENABLE)
			expect(&usual, 0, line_in(HL_OFF), event, line_in(HL_OFF), 0);
}

// Held servers are used all the same: the operator knows why.
Test(operator, row_20_force_p_registers_at_p)
{
	for (uint8_t held = 0; held <= (P | B); held++) {
		struct failover from_sw_b = with(line_in(HL_REG_P), active, HL_SERVER_P);

		expect(&usual, held, line_in(HL_ON_B), FO_FORCE_P, line_in(HL_SW_P), RETURN);
		expect(&usual, held, line_in(HL_HOLD_B), FO_FORCE_P, line_in(HL_SW_P),
		       RETURN | ACT_HOLD_CANCEL);
		expect(&usual, held, line_in(HL_DOWN), FO_FORCE_P, line_in(HL_REG_P),
		       ACT_REGISTER_P);
		expect(&usual, held, line_in(HL_PARK), FO_FORCE_P, line_in(HL_REG_P),
		       ACT_REGISTER_P);
		expect(&usual, held, line_in(HL_SW_B), FO_FORCE_P, with(from_sw_b, tried, P | B),
		       ACT_REGISTER_P);
	}
}

Test(operator, row_20_force_p_of_a_line_at_p_is_nothing)
{
	expect(&usual, 0, line_in(HL_REG_P), FO_FORCE_P, line_in(HL_REG_P), 0);
	expect(&usual, 0, line_in(HL_ON_P), FO_FORCE_P, line_in(HL_ON_P), 0);
	expect(&usual, 0, line_in(HL_SW_P), FO_FORCE_P, line_in(HL_SW_P), 0);
}

Test(operator, row_20_force_b_registers_at_b)
{
	for (uint8_t held = 0; held <= (P | B); held++) {
		struct failover sw_b = with(line_in(HL_SW_B), active, HL_SERVER_NONE);

		expect(&usual, held, line_in(HL_ON_P), FO_FORCE_B, line_in(HL_SW_B),
		       ACT_REGISTER_B | ACT_PROBE);
		expect(&usual, held, line_in(HL_REG_P), FO_FORCE_B, with(sw_b, tried, P | B),
		       ACT_REGISTER_B | ACT_PROBE);
		expect(&usual, held, line_in(HL_DOWN), FO_FORCE_B, sw_b,
		       ACT_REGISTER_B | ACT_PROBE);
		expect(&usual, held, line_in(HL_PARK), FO_FORCE_B, sw_b,
		       ACT_REGISTER_B | ACT_PROBE);
		// B's registration is still held: only the way back to P ends
		expect(&usual, held, with(line_in(HL_SW_P), oks, 2), FO_FORCE_B,
		       with(line_in(HL_ON_B), oks, 2), ACT_ABANDON | BACK_ON_B);
	}
}

Test(operator, row_20_force_b_of_a_line_at_b_is_nothing)
{
	expect(&usual, 0, line_in(HL_SW_B), FO_FORCE_B, line_in(HL_SW_B), 0);
	expect(&usual, 0, line_in(HL_ON_B), FO_FORCE_B, line_in(HL_ON_B), 0);
	expect(&usual, 0, line_in(HL_HOLD_B), FO_FORCE_B, line_in(HL_HOLD_B), 0);
}

Test(operator, row_20_force_b_without_backup_is_nothing)
{
	const enum hl_line_state states[] = { HL_REG_P, HL_ON_P, HL_DOWN, HL_PARK };

	for (unsigned i = 0; i < 4; i++) {
		expect(&alone, 0, line_in(states[i]), FO_FORCE_B, line_in(states[i]), 0);
		struct failover locked = with(line_in(states[i]), lock, LOCK_P);
		expect(&alone, 0, locked, FO_FORCE_B, locked, 0);
	}
}

Test(operator, row_20_lock_keeps_a_registered_line_where_it_is)
{
	expect(&usual, 0, line_in(HL_ON_P), FO_LOCK, with(line_in(HL_ON_P), lock, LOCK_P), 0);
	expect(&usual, 0, line_in(HL_ON_B), FO_LOCK, with(line_in(HL_ON_B), lock, LOCK_B), 0);
	expect(&usual, 0, line_in(HL_HOLD_B), FO_LOCK, with(line_in(HL_ON_B), lock, LOCK_B),
	       ACT_HOLD_CANCEL | ACT_PROBE);
}

Test(operator, row_20_lock_without_registration_is_on_the_server_being_tried)
{
	struct failover sw_b = with(line_in(HL_SW_B), active, HL_SERVER_NONE);

	expect(&usual, 0, line_in(HL_REG_P), FO_LOCK, with(line_in(HL_REG_P), lock, LOCK_P), 0);
	expect(&usual, 0, sw_b, FO_LOCK, with(sw_b, lock, LOCK_B), 0);
	expect(&usual, 0, line_in(HL_DOWN), FO_LOCK, with(line_in(HL_DOWN), lock, LOCK_P), 0);
	expect(&usual, 0, line_in(HL_PARK), FO_LOCK, with(line_in(HL_PARK), lock, LOCK_P), 0);
}

// The lock is on the active server, so the line goes back to it.
Test(operator, row_20_lock_ends_a_move_that_is_under_way)
{
	struct failover reg_p = with(line_in(HL_REG_P), active, HL_SERVER_P);
	struct failover down = with(line_in(HL_DOWN), tried, 0);
	struct failover lost_b = with(with(line_in(HL_REG_P), active, HL_SERVER_B), tried, P | B);
	struct failover sw_b = with(line_in(HL_SW_B), active, HL_SERVER_B);

	expect(&usual, 0, line_in(HL_SW_P), FO_LOCK, with(line_in(HL_ON_B), lock, LOCK_B),
	       ACT_ABANDON | BACK_ON_B);
	expect(&usual, 0, line_in(HL_SW_B), FO_LOCK, with(reg_p, lock, LOCK_P),
	       ACT_ABANDON | ACT_REGISTER_P);
	expect(&usual, P, line_in(HL_SW_B), FO_LOCK, with(down, lock, LOCK_P),
	       ACT_ABANDON | ACT_BACKOFF | ACT_PROBE);
	expect(&usual, 0, lost_b, FO_LOCK, with(sw_b, lock, LOCK_B),
	       ACT_ABANDON | ACT_REGISTER_B | ACT_PROBE);
}

Test(operator, row_20_second_lock_is_nothing)
{
	struct failover down = with(line_in(HL_DOWN), lock, LOCK_B);

	expect(&usual, 0, down, FO_LOCK, down, 0);
}

Test(operator, row_20_unlock_frees_and_moves_nothing)
{
	for (enum hl_line_state state = HL_REG_P; state < HL_LINE_STATES; state++) {
		expect(&usual, 0, with(line_in(state), lock, LOCK_P), FO_UNLOCK, line_in(state), 0);
		expect(&usual, 0, line_in(state), FO_UNLOCK, line_in(state), 0);
	}
}

Test(operator, row_20_locked_line_does_not_switch_by_itself)
{
	struct failover on_p = with(line_in(HL_ON_P), lock, LOCK_P);
	struct failover reg_p = with(line_in(HL_REG_P), lock, LOCK_P);
	struct failover down = with(with(line_in(HL_DOWN), tried, P), lock, LOCK_P);

	expect(&usual, 0, on_p, FO_FAILED, down, ACT_BACKOFF | ACT_PROBE);
	expect(&usual, 0, reg_p, FO_FAILED, down, ACT_BACKOFF | ACT_PROBE);
}

Test(operator, row_20_force_takes_the_lock_along)
{
	struct failover on_b = with(line_in(HL_ON_B), lock, LOCK_B);
	struct failover sw_p = with(line_in(HL_SW_P), lock, LOCK_P);

	expect(&usual, 0, on_b, FO_FORCE_P, sw_p, RETURN);
	expect(&usual, 0, sw_p, FO_FAILED, on_b, ACT_COOL | BACK_ON_B);
	expect(&usual, 0, sw_p, FO_FORCE_B, on_b, ACT_ABANDON | BACK_ON_B);
	expect(&usual, 0, with(line_in(HL_ON_P), lock, LOCK_P), FO_FORCE_B,
	       with(line_in(HL_SW_B), lock, LOCK_B), ACT_REGISTER_B | ACT_PROBE);
	expect(&usual, 0, with(line_in(HL_DOWN), lock, LOCK_B), FO_FORCE_P,
	       with(line_in(HL_REG_P), lock, LOCK_P), ACT_REGISTER_P);
}
