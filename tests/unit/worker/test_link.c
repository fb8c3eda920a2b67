// SPDX-License-Identifier: BSD-3-Clause
// A port without a link (FAILOVER.md section 2): nothing leaves, no server is blamed, all goes on afterwards.
#include "policy.h"

#define KEYS PROBED "    prefer_primary: on\n    register_refresh_interval: 20\n"

static void link_is(struct rig *rig, bool up)
{
	rig_command(rig, up ? HL_COMMAND_LINK_UP : HL_COMMAND_LINK_DOWN);
}

// Time passes; P and B answer all that they get.
static void pass(struct rig *rig, uint64_t span_ns)
{
	for (uint64_t end = rig->now_ns + span_ns; rig->now_ns < end;) {
		rig_clear(rig);
		rig_pass(rig, 50 * MS);
		for (uint32_t k = 0; k < rig->n; k++)
			rig_answer(rig, k, 200, "Expires: 20\r\n");
	}
	rig_clear(rig);
}

static uint64_t timeouts(const struct rig *rig)
{
	return rig_count(&rig_counters(rig)->timeouts[HL_OPTIONS]) +
	       rig_count(&rig_counters(rig)->timeouts[HL_REGISTER]);
}

static uint64_t requests(const struct rig *rig)
{
	return rig_count(&rig_counters(rig)->requests[HL_OPTIONS]) +
	       rig_count(&rig_counters(rig)->requests[HL_REGISTER]);
}

Test(link, without_one_nothing_leaves_and_lines_keep_their_state)
{
	struct rig *rig = registered(KEYS);

	pass(rig, 8 * SEC);
	link_is(rig, false);
	uint64_t sent = requests(rig);
	rig_clear(rig);
	rig_pass(rig, 300 * SEC);
	cr_expect(eq(u32, rig->n, 0));
	cr_expect(eq(u64, requests(rig), sent), "what waits is no request yet");
	cr_expect(eq(u64, timeouts(rig), 0));
	cr_expect(gt(u64, rig_count(&rig_counters(rig)->limits[HL_LIMIT_LINK_DOWN]), 1));
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->limits[HL_LIMIT_UNRESOLVED]), 0));
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	link_is(rig, true);
	rig_pass(rig, 1500 * MS);
	cr_expect(lt(u32, find(rig, 0, "REGISTER", "P"), rig->n), "the refresh that is overdue");
	cr_expect(lt(u32, find(rig, 0, "OPTIONS", "P"), rig->n));
	for (uint32_t k = 0, n = rig->n; k < n; k++)
		rig_answer(rig, k, 200, "Expires: 20\r\n");
	pass(rig, 60 * SEC);
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	cr_expect(eq(u64, timeouts(rig), 0));
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->failovers), 0));
	rig_free(rig);
}

// A probe that left before is abandoned and asked anew, and only that one can be timed out.
Test(link, what_was_out_when_it_went_down_is_asked_anew)
{
	struct rig *rig = registered(KEYS);

	for (int k = 0; k < 600 && find(rig, 0, "OPTIONS", "P") == rig->n; k++)
		rig_pass(rig, 10 * MS);
	cr_assert(lt(u32, find(rig, 0, "OPTIONS", "P"), rig->n));
	link_is(rig, false);
	rig_clear(rig);
	rig_pass(rig, 3 * SEC);
	cr_expect(eq(u32, rig->n, 0), "no retransmission");
	link_is(rig, true);
	rig_pass(rig, 1200 * MS);
	cr_expect(eq(u64, timeouts(rig), 0));
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->abandoned[HL_OPTIONS]), 1));
	cr_assert(lt(u32, find(rig, 0, "OPTIONS", "P"), rig->n));
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_pass(rig, 2200 * MS); // and now the server is silent
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->timeouts[HL_OPTIONS]), 1));
	cr_expect(eq(int, rig_state(rig, 0).state, HL_SW_B));
	rig_free(rig);
}

// Down for less than a time-out: an answer may have been lost all the same.
Test(link, a_short_flap_blames_no_server)
{
	struct rig *rig = registered(KEYS);

	for (int k = 0; k < 600 && find(rig, 0, "OPTIONS", "P") == rig->n; k++)
		rig_pass(rig, 10 * MS);
	link_is(rig, false);
	rig_pass(rig, 100 * MS);
	link_is(rig, true);
	rig_clear(rig);
	rig_pass(rig, 2100 * MS);
	cr_expect(eq(u64, timeouts(rig), 0));
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_answer(rig, rig->n - 1, 200, "");
	cr_expect(eq(int, rig_state(rig, 0).oks, 1));
	rig_free(rig);
}

Test(link, a_return_does_not_fail_for_want_of_one)
{
	struct rig *rig = registered(PROBED "    prefer_primary: on\n");

	answer_probe(rig, 503, "");
	rig_answer(rig, find(rig, 0, "REGISTER", "B"), 200, "Expires: 120\r\n");
	answer_probe(rig, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_P));
	link_is(rig, false);
	rig_pass(rig, 200 * SEC);
	cr_expect(eq(int, rig_state(rig, 0).state, HL_SW_P));
	link_is(rig, true);
	rig_clear(rig);
	rig_pass(rig, 800 * MS);
	uint32_t k = find(rig, 0, "REGISTER", "P");
	cr_assert(lt(u32, k, rig->n));
	rig_answer(rig, k, 200, "Expires: 120\r\n");
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	cr_expect(eq(u64, timeouts(rig), 0));
	rig_free(rig);
}

Test(link, unregistering_ends_without_one)
{
	struct rig *rig = registered(KEYS);

	link_is(rig, false);
	rig_command(rig, HL_COMMAND_DISABLE);
	rig_pass(rig, 5 * SEC);
	cr_expect(eq(int, rig_state(rig, 0).state, HL_OFF));
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->limits[HL_LIMIT_UNRESOLVED_LOST]), 0));
	cr_expect(eq(u64, hl_worker_unsettled(rig->worker), 0));
	cr_expect(eq(u64, timeouts(rig), 0));
	rig_free(rig);
}
