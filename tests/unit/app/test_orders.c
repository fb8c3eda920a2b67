// SPDX-License-Identifier: BSD-3-Clause
// Orders to many lines: each chosen line is told once, in order, over the time, whatever room workers have.

#include "session/orders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/control.h"
#include "base/timebase.h"
#include "fake_dataplane.h"

#define LINES 5000

static struct hl_state states[LINES];
static unsigned told[LINES][HL_COMMAND_UNLOCK + 1];
static uint64_t n_told, n_commands;
static unsigned room; // commands that are taken until there is none for once
static struct control control;
static struct dataplane dp;
static struct orders orders;

static int tell(uint32_t line, const struct hl_command *c)
{
	if (room == 0) {
		room = 3;
		return -EAGAIN;
	}
	room--;
	cr_assert_eq(c->first, line);
	cr_assert_eq((c->first + c->n - 1) / 1000, line / 1000, "of one worker");
	for (uint32_t k = c->first; k < c->first + c->n; k++) {
		if (c->type == HL_COMMAND_FORCE_B)
			cr_assert_eq(told[k][HL_COMMAND_LOCK], 1, "in their order");
		told[k][c->type]++;
	}
	n_commands++;
	n_told += c->n;
	return 0;
}

static void orders_make(void)
{
	struct hl_error err;

	timebase_start();
	timebase_calibrate();
	fake_dataplane.states = states;
	fake_dataplane.n_states = LINES;
	fake_dataplane.tell = tell;
	cr_assert_eq(control_open(&control, &err), 0);
	cr_assert_eq(orders_start(&orders, &dp, control.loop, &err), 0);
}

static void orders_end(void)
{
	orders_stop(&orders);
	control_close(&control);
}

TestSuite(orders, .init = orders_make, .fini = orders_end);

static bool all_told(void *context)
{
	(void)context;
	return orders_left(&orders) == 0;
}

static enum control_end wait_ns(uint64_t timeout_ns)
{
	const struct control_until until = {
		.reached = all_told,
		.look_every_ns = 1000000,
		.timeout_ns = timeout_ns,
		.stop_requests = 1,
	};

	return control_wait(&control, &until);
}

static const struct order_commands lock_and_force = {
	.n = 2,
	.types = { HL_COMMAND_LOCK, HL_COMMAND_FORCE_B },
};

Test(orders, each_chosen_line_is_told_once_and_no_other)
{
	uint64_t *chosen = orders_choice_new(&dp);
	struct hl_error err = { 0 };
	uint32_t n = 0;

	for (uint32_t k = 0; k < LINES; k++)
		if (k % 7 < 3 || (k > 900 && k < 2100)) {
			orders_choose(chosen, k);
			n++;
		}
	cr_assert_eq(orders_begin(&orders, chosen, n, &lock_and_force, 0, &err), 0);
	cr_assert_eq(wait_ns(60000000000ull), CONTROL_REACHED);
	for (uint32_t k = 0; k < LINES; k++) {
		unsigned wanted = k % 7 < 3 || (k > 900 && k < 2100);
		cr_assert_eq(told[k][HL_COMMAND_LOCK], wanted, "line %u", k);
		cr_assert_eq(told[k][HL_COMMAND_FORCE_B], wanted, "line %u", k);
	}
	cr_expect_eq(n_told, 2ull * n);
}

Test(orders, neighbours_are_told_together)
{
	uint64_t *chosen = orders_choice_new(&dp);
	struct hl_error err = { 0 };

	room = 100;
	for (uint32_t k = 500; k < 1500; k++)
		orders_choose(chosen, k);
	cr_assert_eq(orders_begin(&orders, chosen, 1000, &lock_and_force, 0, &err), 0);
	cr_assert_eq(wait_ns(60000000000ull), CONTROL_REACHED);
	cr_expect_eq(n_commands, 4, "two workers, two commands: %u", (unsigned)n_commands);
}

// By the clock of the machine: never earlier than evenly, however late a busy machine is.
Test(orders, a_spread_is_even)
{
	uint64_t *chosen = orders_choice_new(&dp), start_ns = timebase_ns();
	struct hl_error err = { 0 };

	for (uint32_t k = 0; k < LINES; k++)
		orders_choose(chosen, k);
	cr_assert_eq(orders_begin(&orders, chosen, LINES, &lock_and_force, 400000000, &err), 0);
	while (wait_ns(20000000) != CONTROL_REACHED) {
		uint64_t spent_ns = timebase_ns() - start_ns;
		cr_assert_leq(n_told / 2, (uint64_t)LINES * spent_ns / 400000000 + 1);
	}
	cr_expect_geq(timebase_ns() - start_ns, 360000000ull);
	cr_expect_eq(n_told, 2ull * LINES);
}

Test(orders, eight_are_under_way_and_no_more)
{
	struct hl_error err = { 0 };

	for (int k = 0; k < ORDERS_MAX; k++) {
		uint64_t *chosen = orders_choice_new(&dp);
		orders_choose(chosen, 4000);
		cr_assert_eq(
			orders_begin(&orders, chosen, 1, &lock_and_force, 3600000000000ull, &err),
			0);
	}
	uint64_t *chosen = orders_choice_new(&dp);
	cr_expect_eq(orders_begin(&orders, chosen, 1, &lock_and_force, 0, &err), -EBUSY);
	free(chosen);
	orders_cancel(&orders);
	cr_expect_eq(orders_left(&orders), 0);
	cr_expect_eq(n_told, 0);
}
