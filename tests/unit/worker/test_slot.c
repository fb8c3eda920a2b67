// SPDX-License-Identifier: BSD-3-Clause
// Slots: how lines get one, and when it is free again.
#include "slot_lines.h"

Test(slot, a_removed_line_unregisters_and_its_slot_is_free_32_s_later)
{
	struct rig *rig = removed(KEYS);

	cr_expect(eq(int, rig_state(rig, 0).slot, HL_SLOT_REMOVED));
	cr_expect(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 0));
	rig_pass(rig, 31900 * MS);
	cr_expect_not(slot_was_given_back(rig, 0));
	cr_expect(eq(int, rig_state(rig, 0).slot, HL_SLOT_REMOVED));
	rig_pass(rig, 200 * MS);
	cr_expect(slot_was_given_back(rig, 0));
	cr_expect(eq(int, rig_state(rig, 0).slot, HL_SLOT_FREE));
	rig_pass(rig, 3600 * SEC);
	cr_expect(eq(u32, rig->n, 1), "a free slot sends nothing");
	rig_free(rig);
}

Test(slot, one_that_was_never_registered_is_free_32_s_later_too)
{
	struct rig *rig = rig_new(KEYS, 1);

	command(rig, HL_COMMAND_REMOVE, 0, 1, 0);
	rig_pass(rig, QUARANTINE);
	cr_expect(slot_was_given_back(rig, 0));
	cr_expect(eq(u32, rig->n, 0));
	rig_free(rig);
}

// 32 s count from the end of the last request, not from the command.
Test(slot, the_time_begins_when_the_unregister_has_ended)
{
	struct rig *rig = leaving(KEYS "    register_timeout: 20s\n");

	rig_pass(rig, 15 * SEC);
	rig_answer(rig, 0, 200, "");
	rig_pass(rig, 31 * SEC);
	cr_expect_not(slot_was_given_back(rig, 0));
	rig_pass(rig, 1100 * MS);
	cr_expect(slot_was_given_back(rig, 0));
	rig_free(rig);
}

// Its server is dead: whoever calls the old number would reach the next line of the slot.
Test(slot, it_is_not_free_while_a_server_may_hold_a_binding)
{
	struct rig *rig = leaving(KEYS);

	rig_pass(rig, 50 * SEC);
	cr_expect(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 1));
	cr_expect_not(slot_was_given_back(rig, 0));
	rig_pass(rig, 32 * SEC);
	cr_expect(slot_was_given_back(rig, 0));
	cr_expect(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 0));
	rig_free(rig);
}

// It was not heard, or its server was dead: 32 s later it may be alive.
Test(slot, a_binding_that_is_still_there_is_removed_once_more)
{
	struct rig *rig = leaving("    register_refresh_interval: 600s\n");

	rig_pass(rig, 33 * SEC);
	rig_clear(rig);
	rig_pass(rig, 2 * SEC);
	cr_assert(ge(u32, rig->n, 1));
	cr_expect_str_eq(rig_header(rig, 0, "Expires"), "0");
	cr_expect_str_eq(rig_server(rig, 0), "P");
	rig_answer(rig, 0, 200, "");
	cr_expect(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 0));
	rig_pass(rig, 31 * SEC);
	cr_expect_not(slot_was_given_back(rig, 0));
	rig_pass(rig, 2 * SEC);
	cr_expect(slot_was_given_back(rig, 0));
	rig_free(rig);
}

Test(slot, a_late_2xx_before_it_is_free_is_an_orphan_to_remove)
{
	struct rig *rig = removed_unheard();

	rig_pass(rig, 20 * SEC);
	cr_assert(eq(u32, rig->n, 2));
	rig_answer(rig, 0, 200, "");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->orphans), 1));
	cr_assert(eq(u32, rig->n, 3));
	cr_expect_str_eq(rig_header(rig, 2, "Expires"), "0");
	rig_answer(rig, 2, 200, "");
	rig_pass(rig, 20 * SEC);
	cr_expect_not(slot_was_given_back(rig, 0), "its 32 s began again");
	rig_pass(rig, 13 * SEC);
	cr_expect(slot_was_given_back(rig, 0));
	rig_free(rig);
}

Test(slot, what_is_no_line_heeds_no_command)
{
	static const enum hl_command_type types[] = { HL_COMMAND_ENABLE,  HL_COMMAND_DISABLE,
						      HL_COMMAND_FORCE_P, HL_COMMAND_FORCE_B,
						      HL_COMMAND_LOCK,    HL_COMMAND_UNLOCK,
						      HL_COMMAND_REMOVE };
	struct rig *rig = removed(KEYS);

	for (unsigned k = 0; k < 7; k++)
		command(rig, types[k], 0, 1, 0);
	command(rig, HL_COMMAND_ADD, 0, 1, 0); // it is not free yet
	cr_expect(eq(int, rig_state(rig, 0).slot, HL_SLOT_REMOVED));
	rig_pass(rig, QUARANTINE);
	cr_assert(slot_was_given_back(rig, 0));
	for (unsigned k = 0; k < 7; k++)
		command(rig, types[k], 0, 1, 0);
	rig_pass(rig, QUARANTINE);
	cr_expect(eq(int, rig_state(rig, 0).slot, HL_SLOT_FREE));
	cr_expect_not(slot_was_given_back(rig, 0), "not twice");
	cr_expect(eq(u32, rig->n, 1));
	cr_expect(eq(u32, hl_worker_unsettled(rig->worker), 0));
	rig_free(rig);
}

Test(slot, a_line_that_is_there_is_not_added_again)
{
	struct rig *rig = rig_new(KEYS, 1);

	command(rig, HL_COMMAND_ENABLE, 0, 1, 0);
	rig_answer(rig, 0, 200, "");
	command(rig, HL_COMMAND_ADD, 0, 1, 0);
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

Test(slot, a_removal_under_way_is_not_overruled)
{
	struct rig *rig = rig_new(KEYS, 100);

	command(rig, HL_COMMAND_REMOVE, 0, 100, 10 * SEC);
	cr_expect(eq(u32, hl_worker_unsettled(rig->worker), 100));
	command(rig, HL_COMMAND_ENABLE, 0, 100, 0);
	rig_pass(rig, 11 * SEC);
	cr_expect(eq(u64, snapshot(rig).removed_slots, 100));
	cr_expect(eq(u64, snapshot(rig).lines, 0));
	rig_free(rig);
}

// An older command of all lines comes to a slot that has a new line by then: it did not mean that one.
Test(slot, an_older_command_does_not_start_a_line_that_was_added)
{
	struct rig *rig = rig_new(KEYS, 2);

	command(rig, HL_COMMAND_REMOVE, 1, 1, 0);
	rig_pass(rig, QUARANTINE);
	cr_assert(slot_was_given_back(rig, 1));
	command(rig, HL_COMMAND_ENABLE, 0, 2, 10 * SEC);
	command(rig, HL_COMMAND_ADD, 1, 1, 0);
	rig_pass(rig, 11 * SEC);
	cr_expect(ne(int, rig_state(rig, 0).state, HL_OFF));
	cr_expect(eq(int, rig_state(rig, 1).state, HL_OFF));
	cr_expect(eq(int, rig_state(rig, 1).slot, HL_SLOT_LINE));
	rig_free(rig);
}

// However long that takes: a command behind it must not come to a line before it is there.
Test(slot, a_command_behind_an_addition_waits_for_it)
{
	struct rig *rig = rig_new(KEYS, 300);
	uint32_t slots[300];
	const struct hl_command add = { .type = HL_COMMAND_ADD, .n = 300, .spread_ns = 2 * SEC };
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = 300 };

	command(rig, HL_COMMAND_REMOVE, 0, 300, 0);
	rig_pass(rig, QUARANTINE);
	cr_assert(eq(u32, hl_worker_removed(rig->worker, slots, 300), 300));
	cr_assert(eq(u64, snapshot(rig).free_slots, 300));
	hl_worker_command(rig->worker, &add);
	hl_worker_command(rig->worker, &enable);
	rig_pass(rig, 2100 * MS);
	cr_expect(eq(u64, snapshot(rig).lines, 300));
	cr_expect(eq(u64, snapshot(rig).by_state[HL_OFF], 0));
	rig_free(rig);
}

// More than the ring holds: the rest waits, and none is lost.
Test(slot, slots_are_given_back_as_somebody_takes_them)
{
	enum { LINES = REMOVED_RECORDS + 500 };
	struct rig *rig = rig_new(KEYS, LINES);
	static uint32_t slots[LINES];
	static bool seen[LINES];
	uint32_t n = 0;

	command(rig, HL_COMMAND_REMOVE, 0, LINES, 0);
	rig_pass(rig, 60 * SEC);
	cr_expect(eq(u64, snapshot(rig).free_slots, REMOVED_RECORDS));
	cr_expect(eq(u64, snapshot(rig).removed_slots, 500));
	n = hl_worker_removed(rig->worker, slots, LINES);
	cr_expect(eq(u32, n, REMOVED_RECORDS));
	rig_pass(rig, 2 * SEC);
	n += hl_worker_removed(rig->worker, slots + n, LINES);
	cr_assert(eq(u32, n, LINES));
	for (uint32_t k = 0; k < n; k++) {
		cr_expect_not(seen[slots[k]]);
		seen[slots[k]] = true;
	}
	rig_free(rig);
}
