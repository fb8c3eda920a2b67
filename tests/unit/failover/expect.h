// SPDX-License-Identifier: BSD-3-Clause
// What the tests of the failover machine share: a usual policy, usual lines, one step compared.
#pragma once

#include <criterion/criterion.h>
#include <stdint.h>

#include "failover/failover.h"

enum { P = 1 << HL_SERVER_P, B = 1 << HL_SERVER_B };                   // as in held and tried
enum { FREE = 0, LOCK_P = 1 + HL_SERVER_P, LOCK_B = 1 + HL_SERVER_B }; // as in lock

// The guide's best set-up, but with counts of 3 and 2: reaching them differs from one event.
static const struct failover_policy usual = {
	.fail_max = 3,
	.recover_count = 2,
	.has_backup = true,
	.probes = true,
	.prefer_primary = true,
	.auto_return = true,
	.remove_last = true,
};

static inline uint8_t usual_active(enum hl_line_state state)
{
	switch (state) {
	case HL_ON_P:
	case HL_SW_B:
		return HL_SERVER_P;
	case HL_ON_B:
	case HL_HOLD_B:
	case HL_SW_P:
		return HL_SERVER_B;
	default:
		return HL_SERVER_NONE;
	}
}

// The actions that begin a return, and those that end one that failed.
#define RETURN (ACT_REGISTER_P | ACT_RETURN_LIMIT)
#define BACK_ON_B (ACT_RESUME | ACT_PROBE | ACT_HOLD_CANCEL)

// A line that came there in the usual way: SW_B out of ON_P with P untried, DOWN after both.
static inline struct failover line_in(enum hl_line_state state)
{
	static const uint8_t tried[HL_LINE_STATES] = {
		[HL_REG_P] = P, [HL_SW_B] = B, [HL_SW_P] = P, [HL_DOWN] = P | B, [HL_PARK] = P,
	};

	return (struct failover){
		.state = (uint8_t)state,
		.active = usual_active(state),
		.tried = tried[state],
	};
}

// The same with one member set otherwise: with(line_in(HL_ON_P), fails, 2).
#define with(fo, member, value) \
	({ \
		struct failover with_fo = (fo); \
		with_fo.member = (value); \
		with_fo; \
	})

// One step of a line, and what is to come of it.
struct step {
	const struct failover_policy *policy;
	uint8_t held;
	struct failover before;
	enum failover_event event;
	struct failover after;
	uint32_t actions;
};

static inline void expect_at(int row, const struct step *step)
{
	const struct failover after = step->after;
	struct failover fo = step->before;
	uint32_t got = failover_step(step->policy, &fo, step->event, step->held);

	cr_assert_eq(got, step->actions, "line %d: actions %#x, not %#x", row, got, step->actions);
	cr_assert_eq(fo.state, after.state, "line %d: %s, not %s", row,
		     hl_line_state_name(fo.state), hl_line_state_name(after.state));
	cr_assert_eq(fo.active, after.active, "line %d: active %u", row, fo.active);
	cr_assert_eq(fo.fails, after.fails, "line %d: fails %u", row, fo.fails);
	cr_assert_eq(fo.oks, after.oks, "line %d: oks %u", row, fo.oks);
	cr_assert_eq(fo.tried, after.tried, "line %d: tried %u", row, fo.tried);
	cr_assert_eq(fo.lock, after.lock, "line %d: lock %u", row, fo.lock);
}

// expect(policy, held, line before, event, line after, actions)
#define expect(...) expect_at(__LINE__, &(const struct step){ __VA_ARGS__ })
