// SPDX-License-Identifier: BSD-3-Clause
// What is counted of a line, by its state and its account.

#include <criterion/criterion.h>

#include "report/outcome.h"

static struct outcome add(uint8_t state, uint16_t code, struct hl_line_account account)
{
	struct hl_state s = { .state = state, .code = code };
	struct outcome o = { 0 };

	account.switch_ms = 4000;
	account.timeout_ms = 2000;
	outcome_add(&o, 7, &s, &account);
	return o;
}

static void failed_expect(struct outcome *o, uint8_t state, uint16_t code, bool never)
{
	cr_assert_eq(o->n_failed, 1);
	cr_expect_eq(o->failed[0].line, 7);
	cr_expect_eq(o->failed[0].state, state);
	cr_expect_eq(o->failed[0].code, code);
	cr_expect_eq(o->failed[0].never, never);
	outcome_free(o);
}

Test(outcome, a_first_attempt_younger_than_its_time_out_is_excused)
{
	struct outcome o = add(HL_REG_P, HL_CODE_NONE, (struct hl_line_account){ .age_ms = 1999 });

	cr_expect_eq(o.starting, 1);
	cr_expect_eq(o.never, 0);
	o = add(HL_REG_P, HL_CODE_NONE, (struct hl_line_account){ .age_ms = 2000 });
	cr_expect_eq(o.never, 1);
	failed_expect(&o, HL_REG_P, HL_CODE_NONE, true);
	o = add(HL_SW_B, HL_CODE_TIMEOUT, (struct hl_line_account){ .age_ms = 1 });
	cr_expect_eq(o.never, 1, "its first attempt failed");
	failed_expect(&o, HL_SW_B, HL_CODE_TIMEOUT, true);
	o = add(HL_REG_P, 503, (struct hl_line_account){ .age_ms = 1 });
	cr_expect_eq(o.never, 1, "it was refused before");
	outcome_free(&o);
}

Test(outcome, a_line_that_was_not_started_is_excused)
{
	struct outcome o = add(HL_OFF, HL_CODE_NONE, (struct hl_line_account){ .age_ms = 99999 });

	cr_expect_eq(o.not_started, 1);
	cr_expect_eq(o.n_failed, 0);
}

Test(outcome, a_line_that_was_disabled_is_neither_lost_nor_switching)
{
	struct outcome o = add(HL_OFF, 200,
			       (struct hl_line_account){ .registered_once = true, .age_ms = 1 });

	cr_expect_eq(o.disabled, 1);
	cr_expect_eq(o.switching, 0);
	o = add(HL_OFF, HL_CODE_TIMEOUT, (struct hl_line_account){ .age_ms = 99999 });
	cr_expect_eq(o.disabled, 1, "its first attempt had failed");
	cr_expect_eq(o.not_started, 0);
}

Test(outcome, a_line_that_gave_up_is_lost_however_short_its_outage)
{
	static const uint8_t states[] = { HL_DOWN, HL_PARK };

	for (unsigned k = 0; k < 2; k++) {
		struct outcome o = add(states[k], 403,
				       (struct hl_line_account){ .registered_once = true,
								 .down = true,
								 .down_ms = 1,
								 .longest_ms = 1,
								 .lasts_ms = 1 });
		cr_expect_eq(o.lost, 1);
		failed_expect(&o, states[k], 403, false);
		o = add(states[k], 403, (struct hl_line_account){ .age_ms = 1 });
		cr_expect_eq(o.never, 1);
		failed_expect(&o, states[k], 403, true);
	}
}

Test(outcome, a_line_on_its_way_is_lost_once_that_takes_longer_than_a_switch_may)
{
	struct hl_line_account account = { .registered_once = true,
					   .down = true,
					   .down_ms = 9000,
					   .longest_ms = 5000, // once before
					   .lasts_ms = 4000 };
	struct outcome o = add(HL_SW_B, HL_CODE_TIMEOUT, account);

	cr_expect_eq(o.switching, 1);
	cr_expect_eq(o.lost, 0);
	cr_expect_eq(o.too_long, 1);
	account.lasts_ms = account.longest_ms = 4001;
	o = add(HL_SW_B, HL_CODE_TIMEOUT, account);
	cr_expect_eq(o.lost, 1);
	failed_expect(&o, HL_SW_B, HL_CODE_TIMEOUT, false);
}

Test(outcome, outages_are_summed_and_the_longest_is_named)
{
	struct outcome o = { 0 };
	struct hl_state on = { .state = HL_ON_P };
	const struct hl_line_account accounts[] = {
		{ .registered_once = true, .switch_ms = 4000 },
		{ .registered_once = true, .switch_ms = 9000, .down_ms = 9000, .longest_ms = 8000 },
		{ .registered_once = true, .switch_ms = 4000, .down_ms = 6000, .longest_ms = 4500 },
		{ .registered_once = true, .switch_ms = 4000, .down_ms = 4000, .longest_ms = 4000 },
	};

	for (uint32_t line = 0; line < 4; line++)
		outcome_add(&o, line, &on, &accounts[line]);
	cr_expect_eq(o.ever_down, 3);
	cr_expect_eq(o.down_ms, 19000);
	cr_expect_eq(o.worst.line, 1);
	cr_expect_eq(o.worst.ms, 8000);
	cr_expect_eq(o.too_long, 1);
	cr_expect_eq(o.worst_too_long.line, 2);
	cr_expect_eq(o.worst_too_long.allowed_ms, 4000);
	cr_expect_eq(o.n_failed, 0);
}

Test(outcome, every_failed_line_is_listed_in_order)
{
	struct outcome o = { 0 };
	struct hl_state park = { .state = HL_PARK, .code = 403 };
	struct hl_line_account account = { .registered_once = true };

	for (uint32_t line = 0; line < 1000; line++)
		outcome_add(&o, line, &park, &account);
	cr_assert_eq(o.n_failed, 1000);
	for (uint32_t line = 0; line < 1000; line++)
		cr_assert_eq(o.failed[line].line, line);
	outcome_free(&o);
	cr_assert_null(o.failed);
}
