// SPDX-License-Identifier: BSD-3-Clause
// Every state times every event, on one page: where the line goes and what it does.
#include <criterion/criterion.h>

#include "expect.h"

#define SETTLE (ACT_REFRESH | ACT_SETTLED)
#define RETURNED (SETTLE | ACT_PROBE | ACT_RETURN | ACT_LEAVE_B | ACT_HOLD_CANCEL)
#define MOVED (SETTLE | ACT_PROBE | ACT_FAILOVER | ACT_LEAVE_P)
#define TO_B (ACT_REGISTER_B | ACT_PROBE)
#define TO_DOWN (ACT_BACKOFF | ACT_PROBE)
#define TO_PARK (ACT_PARK | ACT_PROBE_STOP)
#define DISABLED (ACT_ABANDON | ACT_PROBE_STOP | ACT_LEAVE_ALL)

struct outcome {
	enum hl_line_state to;
	uint32_t actions;
};

// The usual policy with counts of 1, nothing held, nothing locked, the line as line_in() says.
// clang-format off
static const struct outcome outcomes[HL_LINE_STATES][FAILOVER_EVENTS] = {
	[HL_OFF] = {
		[FO_ENABLE]     = { HL_REG_P, ACT_REGISTER_P },
		[FO_REGISTERED] = { HL_OFF, 0 },
		[FO_FAILED]     = { HL_OFF, 0 },
		[FO_REJECTED]   = { HL_OFF, 0 },
		[FO_REFRESH]    = { HL_OFF, 0 },
		[FO_PROBE_OK]   = { HL_OFF, 0 },
		[FO_PROBE_LOST] = { HL_OFF, 0 },
		[FO_PROBE_B_OK] = { HL_OFF, 0 },
		[FO_TIMER]      = { HL_OFF, 0 },
		[FO_FORCE_P]    = { HL_OFF, 0 },
		[FO_FORCE_B]    = { HL_OFF, 0 },
		[FO_LOCK]       = { HL_OFF, 0 },
		[FO_UNLOCK]     = { HL_OFF, 0 },
		[FO_DISABLE]    = { HL_OFF, 0 },
	},
	[HL_REG_P] = {
		[FO_ENABLE]     = { HL_REG_P, 0 },
		[FO_REGISTERED] = { HL_ON_P, SETTLE | ACT_PROBE },
		[FO_FAILED]     = { HL_SW_B, TO_B },
		[FO_REJECTED]   = { HL_PARK, TO_PARK },
		[FO_REFRESH]    = { HL_REG_P, 0 },
		[FO_PROBE_OK]   = { HL_REG_P, 0 },
		[FO_PROBE_LOST] = { HL_REG_P, 0 },
		[FO_PROBE_B_OK] = { HL_REG_P, 0 },
		[FO_TIMER]      = { HL_REG_P, 0 },
		[FO_FORCE_P]    = { HL_REG_P, 0 },
		[FO_FORCE_B]    = { HL_SW_B, TO_B },
		[FO_LOCK]       = { HL_REG_P, 0 },
		[FO_UNLOCK]     = { HL_REG_P, 0 },
		[FO_DISABLE]    = { HL_OFF, DISABLED },
	},
	[HL_ON_P] = {
		[FO_ENABLE]     = { HL_ON_P, 0 },
		[FO_REGISTERED] = { HL_ON_P, SETTLE },
		[FO_FAILED]     = { HL_SW_B, TO_B },
		[FO_REJECTED]   = { HL_PARK, TO_PARK },
		[FO_REFRESH]    = { HL_ON_P, ACT_REGISTER_P },
		[FO_PROBE_OK]   = { HL_ON_P, 0 },
		[FO_PROBE_LOST] = { HL_SW_B, TO_B },
		[FO_PROBE_B_OK] = { HL_ON_P, 0 },
		[FO_TIMER]      = { HL_ON_P, 0 },
		[FO_FORCE_P]    = { HL_ON_P, 0 },
		[FO_FORCE_B]    = { HL_SW_B, TO_B },
		[FO_LOCK]       = { HL_ON_P, 0 },
		[FO_UNLOCK]     = { HL_ON_P, 0 },
		[FO_DISABLE]    = { HL_OFF, DISABLED },
	},
	[HL_SW_B] = {
		[FO_ENABLE]     = { HL_SW_B, 0 },
		[FO_REGISTERED] = { HL_ON_B, MOVED },
		[FO_FAILED]     = { HL_REG_P, ACT_REGISTER_P },
		[FO_REJECTED]   = { HL_REG_P, ACT_REGISTER_P },
		[FO_REFRESH]    = { HL_SW_B, 0 },
		[FO_PROBE_OK]   = { HL_SW_B, 0 },
		[FO_PROBE_LOST] = { HL_SW_B, 0 },
		[FO_PROBE_B_OK] = { HL_SW_B, 0 },
		[FO_TIMER]      = { HL_SW_B, 0 },
		[FO_FORCE_P]    = { HL_REG_P, ACT_REGISTER_P },
		[FO_FORCE_B]    = { HL_SW_B, 0 },
		[FO_LOCK]       = { HL_REG_P, ACT_ABANDON | ACT_REGISTER_P },
		[FO_UNLOCK]     = { HL_SW_B, 0 },
		[FO_DISABLE]    = { HL_OFF, DISABLED },
	},
	[HL_ON_B] = {
		[FO_ENABLE]     = { HL_ON_B, 0 },
		[FO_REGISTERED] = { HL_ON_B, SETTLE },
		[FO_FAILED]     = { HL_DOWN, TO_DOWN },
		[FO_REJECTED]   = { HL_PARK, TO_PARK },
		[FO_REFRESH]    = { HL_ON_B, ACT_REGISTER_B },
		[FO_PROBE_OK]   = { HL_SW_P, RETURN },
		[FO_PROBE_LOST] = { HL_ON_B, 0 },
		[FO_PROBE_B_OK] = { HL_ON_B, 0 },
		[FO_TIMER]      = { HL_ON_B, 0 },
		[FO_FORCE_P]    = { HL_SW_P, RETURN },
		[FO_FORCE_B]    = { HL_ON_B, 0 },
		[FO_LOCK]       = { HL_ON_B, 0 },
		[FO_UNLOCK]     = { HL_ON_B, 0 },
		[FO_DISABLE]    = { HL_OFF, DISABLED },
	},
	[HL_HOLD_B] = {
		[FO_ENABLE]     = { HL_HOLD_B, 0 },
		[FO_REGISTERED] = { HL_HOLD_B, SETTLE },
		[FO_FAILED]     = { HL_DOWN, TO_DOWN | ACT_HOLD_CANCEL },
		[FO_REJECTED]   = { HL_PARK, TO_PARK | ACT_HOLD_CANCEL },
		[FO_REFRESH]    = { HL_HOLD_B, ACT_REGISTER_B },
		[FO_PROBE_OK]   = { HL_HOLD_B, 0 },
		[FO_PROBE_LOST] = { HL_ON_B, ACT_HOLD_CANCEL | ACT_PROBE },
		[FO_PROBE_B_OK] = { HL_HOLD_B, 0 },
		[FO_TIMER]      = { HL_SW_P, RETURN | ACT_HOLD_CANCEL },
		[FO_FORCE_P]    = { HL_SW_P, RETURN | ACT_HOLD_CANCEL },
		[FO_FORCE_B]    = { HL_HOLD_B, 0 },
		[FO_LOCK]       = { HL_ON_B, ACT_HOLD_CANCEL | ACT_PROBE },
		[FO_UNLOCK]     = { HL_HOLD_B, 0 },
		[FO_DISABLE]    = { HL_OFF, DISABLED | ACT_HOLD_CANCEL },
	},
	[HL_SW_P] = {
		[FO_ENABLE]     = { HL_SW_P, 0 },
		[FO_REGISTERED] = { HL_ON_P, RETURNED },
		[FO_FAILED]     = { HL_ON_B, BACK_ON_B | ACT_COOL },
		[FO_REJECTED]   = { HL_ON_B, BACK_ON_B | ACT_COOL },
		[FO_REFRESH]    = { HL_SW_P, 0 },
		[FO_PROBE_OK]   = { HL_SW_P, 0 },
		[FO_PROBE_LOST] = { HL_SW_P, 0 },
		[FO_PROBE_B_OK] = { HL_SW_P, 0 },
		[FO_TIMER]      = { HL_ON_B, BACK_ON_B | ACT_COOL | ACT_ABANDON },
		[FO_FORCE_P]    = { HL_SW_P, 0 },
		[FO_FORCE_B]    = { HL_ON_B, BACK_ON_B | ACT_ABANDON },
		[FO_LOCK]       = { HL_ON_B, BACK_ON_B | ACT_ABANDON },
		[FO_UNLOCK]     = { HL_SW_P, 0 },
		[FO_DISABLE]    = { HL_OFF, DISABLED | ACT_HOLD_CANCEL },
	},
	[HL_DOWN] = {
		[FO_ENABLE]     = { HL_DOWN, 0 },
		[FO_REGISTERED] = { HL_DOWN, 0 },
		[FO_FAILED]     = { HL_DOWN, 0 },
		[FO_REJECTED]   = { HL_DOWN, 0 },
		[FO_REFRESH]    = { HL_DOWN, 0 },
		[FO_PROBE_OK]   = { HL_REG_P, ACT_REGISTER_P },
		[FO_PROBE_LOST] = { HL_DOWN, 0 },
		[FO_PROBE_B_OK] = { HL_SW_B, TO_B },
		[FO_TIMER]      = { HL_REG_P, ACT_REGISTER_P },
		[FO_FORCE_P]    = { HL_REG_P, ACT_REGISTER_P },
		[FO_FORCE_B]    = { HL_SW_B, TO_B },
		[FO_LOCK]       = { HL_DOWN, 0 },
		[FO_UNLOCK]     = { HL_DOWN, 0 },
		[FO_DISABLE]    = { HL_OFF, DISABLED },
	},
	[HL_PARK] = {
		[FO_ENABLE]     = { HL_PARK, 0 },
		[FO_REGISTERED] = { HL_PARK, 0 },
		[FO_FAILED]     = { HL_PARK, 0 },
		[FO_REJECTED]   = { HL_PARK, 0 },
		[FO_REFRESH]    = { HL_PARK, 0 },
		[FO_PROBE_OK]   = { HL_PARK, 0 },
		[FO_PROBE_LOST] = { HL_PARK, 0 },
		[FO_PROBE_B_OK] = { HL_PARK, 0 },
		[FO_TIMER]      = { HL_REG_P, ACT_REGISTER_P },
		[FO_FORCE_P]    = { HL_REG_P, ACT_REGISTER_P },
		[FO_FORCE_B]    = { HL_SW_B, TO_B },
		[FO_LOCK]       = { HL_PARK, 0 },
		[FO_UNLOCK]     = { HL_PARK, 0 },
		[FO_DISABLE]    = { HL_OFF, DISABLED },
	},
};
// clang-format on

Test(matrix, every_state_answers_every_event)
{
	struct failover_policy policy = usual;

	policy.fail_max = policy.recover_count = 1;
	for (enum hl_line_state state = 0; state < HL_LINE_STATES; state++)
		for (enum failover_event event = 0; event < FAILOVER_EVENTS; event++) {
			const struct outcome *want = &outcomes[state][event];
			struct failover fo = line_in(state);
			uint32_t actions = failover_step(&policy, &fo, event, 0);

			cr_expect_eq(fo.state, want->to, "%s, event %u: to %s, not %s",
				     hl_line_state_name(state), event, hl_line_state_name(fo.state),
				     hl_line_state_name(want->to));
			cr_expect_eq(actions, want->actions, "%s, event %u: actions %#x, not %#x",
				     hl_line_state_name(state), event, actions, want->actions);
		}
}

// In every state but OFF a probe of P counts, up to what the state word can hold.
Test(matrix, probes_count_in_every_state)
{
	struct failover_policy policy = usual;

	policy.fail_max = policy.recover_count = 255; // never reached
	for (enum hl_line_state state = HL_REG_P; state < HL_LINE_STATES; state++) {
		struct failover lost = with(line_in(state), oks, 5),
				ok = with(line_in(state), fails, 5);

		for (unsigned i = 1; i <= 140; i++) {
			failover_step(&policy, &lost, FO_PROBE_LOST, P | B);
			cr_assert_eq(lost.oks, 0);
			cr_assert_eq(lost.fails, i < 63 ? i : 63);
			failover_step(&policy, &ok, FO_PROBE_OK, P | B);
			cr_assert_eq(ok.fails, 0);
			cr_assert_eq(ok.oks, i < 127 ? i : 127);
		}
		cr_assert(lost.state == state && ok.state == state);
		failover_step(&policy, &lost, FO_PROBE_B_OK, P | B);
		cr_assert_eq(lost.fails, 63, "a probe of B counts for P");
	}
}
