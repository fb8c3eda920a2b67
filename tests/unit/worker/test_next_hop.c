// SPDX-License-Identifier: BSD-3-Clause
// Lines whose server, or gateway, does not answer ARP: they wait, and no server is blamed.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <heartline/snapshot.h>
#include <stdio.h>

#include "rig.h"

static uint64_t requests(const struct rig *rig)
{
	return rig_count(&rig_counters(rig)->requests[HL_REGISTER]) +
	       rig_count(&rig_counters(rig)->requests[HL_OPTIONS]);
}

static uint64_t timeouts(const struct rig *rig)
{
	return rig_count(&rig_counters(rig)->timeouts[HL_REGISTER]) +
	       rig_count(&rig_counters(rig)->timeouts[HL_OPTIONS]);
}

static void stays_armed(const struct rig *rig)
{
	uint32_t line = 0;

	cr_assert(hl_worker_armed(rig->worker, &line), "line %u", line);
}

static struct hl_snapshot snapshot(struct rig *rig)
{
	struct hl_snapshot s;

	hl_snapshot_take(&s, &rig->worker, 1);
	return s;
}

// Answer all REGISTERs caught, then forget them.
static void answer_all(struct rig *rig)
{
	uint32_t n = rig->n;

	for (uint32_t k = 0; k < n; k++)
		rig_answer(rig, k, 200, "Expires: 60\r\n");
}

Test(next_hop, what_did_not_leave_is_no_request_and_no_time_out)
{
	struct rig *rig = rig_new_alone("", 50);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 1500 * MS);
	cr_assert(eq(u32, rig->n, 0));
	cr_assert(eq(u64, requests(rig), 0));
	cr_assert(eq(u64, timeouts(rig), 0));
	cr_assert(eq(u64, snapshot(rig).unresolved_lines, 50));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->limits[HL_LIMIT_UNRESOLVED]), 50),
		  "each waits once");
	stays_armed(rig);
	rig_free(rig);
}

Test(next_hop, lines_that_started_before_it_answered_leave_when_it_does)
{
	struct rig *rig = rig_new_alone("", 50);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 500 * MS);
	rig_neighbour(rig, "10.99.0.1");
	rig_pass(rig, 1 * MS);
	cr_assert(eq(u32, rig->n, 50));
	cr_assert(eq(u64, requests(rig), 50));
	for (uint32_t k = 0; k < rig->n; k++)
		cr_assert(eq(chr, *rig_server(rig, k), 'P'));
	answer_all(rig);
	cr_assert(eq(u64, snapshot(rig).by_state[HL_ON_P], 50));
	cr_assert(eq(u64, snapshot(rig).unresolved_lines, 0));
	rig_free(rig);
}

Test(next_hop, a_request_that_waited_has_all_of_its_time_once_it_has_left)
{
	struct rig *rig = rig_new_alone("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 1900 * MS);
	rig_neighbour(rig, "10.99.0.1");
	rig_pass(rig, 1900 * MS);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_REG_P));
	cr_assert(eq(u32, rig->n, 3), "0, 500 and 1500 ms");
	rig_pass(rig, 200 * MS);
	cr_assert(eq(u64, timeouts(rig), 1), "it left and was not answered");
	rig_free(rig);
}

Test(next_hop, after_the_requests_own_time_the_other_server_is_tried)
{
	struct rig *rig = rig_new_alone("", 20);
	struct hl_event event;

	rig_neighbour(rig, "10.99.0.2");
	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 2100 * MS);
	cr_assert(eq(u32, rig->n, 20));
	cr_assert(eq(chr, *rig_server(rig, 0), 'B'));
	cr_assert(eq(u64, timeouts(rig), 0));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->limits[HL_LIMIT_UNRESOLVED_LOST]), 20));
	while (hl_worker_events(rig->worker, &event, 1) && event.to != HL_SW_B)
		;
	cr_assert(eq(int, event.to, HL_SW_B));
	cr_assert(eq(int, event.code, HL_CODE_UNRESOLVED));
	answer_all(rig);
	cr_assert(eq(u64, snapshot(rig).by_state[HL_ON_B], 20));
	rig_free(rig);
}

Test(next_hop, lines_of_other_next_hops_do_not_wait_for_it)
{
	struct rig *rig = rig_new_alone("    primary_detect_interval: 1\n", 100);

	rig_neighbour(rig, "10.99.0.2");
	rig_command(rig, HL_COMMAND_ENABLE);
	rig_command(rig, HL_COMMAND_FORCE_B);
	cr_assert(eq(u32, rig->n, 100), "%u", rig->n);
	answer_all(rig);
	cr_assert(eq(u64, snapshot(rig).on_backup, 100));
	rig_pass(rig, 10 * SEC); // probes of P never leave
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->requests[HL_OPTIONS]), 0));
	cr_assert(eq(u64, snapshot(rig).on_backup, 100));
	rig_free(rig);
}

Test(next_hop, lines_that_gave_up_on_both_come_back_soon_after_one_answers)
{
	struct rig *rig = rig_new_alone("", 300);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 5 * SEC);
	cr_assert(eq(u64, snapshot(rig).by_state[HL_DOWN], 300));
	cr_assert(eq(u64, snapshot(rig).unresolved_lines, 300));
	rig_neighbour(rig, "10.99.0.1");
	for (int k = 0; k < 110; k++) {
		rig_pass(rig, 10 * MS);
		answer_all(rig);
		rig_clear(rig);
	}
	cr_assert(eq(u64, snapshot(rig).by_state[HL_ON_P], 300));
	rig_free(rig);
}

Test(next_hop, the_next_hop_that_is_missing_is_named_with_what_waits_for_it)
{
	struct rig *rig = rig_new_alone("", 20);
	struct hl_next_hop hop;
	char text[HL_ADDR_TEXT];

	rig_neighbour(rig, "10.99.0.2");
	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 500 * MS);
	cr_assert(hl_plan_next_hop(rig->plan, 0, &hop));
	hl_addr_format(&hop.addr, text);
	cr_assert(eq(str, text, (char *)"10.99.0.1"));
	cr_assert(not(hop.known));
	cr_assert(eq(u64, hop.waits, 20));
	cr_assert(gt(u32, hop.asked, 1));
	cr_assert(hl_plan_next_hop(rig->plan, 1, &hop));
	cr_assert(hop.known);
	cr_assert(eq(u64, hop.waits, 0));
	cr_assert(not(hl_plan_next_hop(rig->plan, 2, &hop)));
	rig_free(rig);
}

// Each kind of request of a line may find its next hop missing: none of them may leave it unarmed,
// and a stop ends with nothing under way.
Test(next_hop, a_stop_while_waiting_leaves_nothing_behind)
{
	static const char *const extras[] = {
		"",
		"    primary_detect_interval: 1\n",
		"    sip_options: on\n    sip_options_interval: 1\n",
		"    nat_keepalive_interval: 10\n    remove_last_registration: on\n",
	};

	for (unsigned k = 0; k < sizeof(extras) / sizeof(*extras); k++) {
		for (uint64_t after_ms = 0; after_ms < 9000; after_ms += 700) {
			struct rig *rig = rig_new_alone(extras[k], 3);

			rig_command(rig, HL_COMMAND_ENABLE);
			rig_pass(rig, after_ms * MS);
			stays_armed(rig);
			rig_command(rig, HL_COMMAND_DISABLE);
			rig_pass(rig, 10 * SEC);
			cr_assert(eq(u64, snapshot(rig).by_state[HL_OFF], 3));
			cr_assert(eq(u32, hl_worker_unsettled(rig->worker), 0));
			cr_assert(eq(u32, hl_worker_leftovers(rig->worker, rig->now_ns), 0));
			cr_assert(eq(u32, rig->n, 0));
			rig_free(rig);
		}
	}
}
