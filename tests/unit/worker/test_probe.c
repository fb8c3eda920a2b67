// SPDX-License-Identifier: BSD-3-Clause
// Probes: what they are (register0), and when they leave while P is down (FAILOVER.md sections 1 and 2).
#include "policy.h"

#define QUERIED PROBED "    probe: register0\n    sip_instance: on\n    reg_id: 1\n"

// Let P's next probe come; its index. A query is told from a registration by its want of a Contact.
static uint32_t next_query(struct rig *rig, const char *server)
{
	rig_clear(rig);
	for (int passed = 0; passed < 600; passed++) {
		for (uint32_t k = find(rig, 0, "REGISTER", server); k < rig->n;
		     k = find(rig, k + 1, "REGISTER", server))
			if (*rig_header(rig, k, "Contact") == '\0')
				return k;
		rig_pass(rig, 10 * MS);
	}
	cr_fatal("no query came");
}

Test(probe, register0_is_a_register_that_changes_no_binding)
{
	struct rig *rig = rig_new(QUERIED, 1);
	char first[64], call[64];

	rig_command(rig, HL_COMMAND_ENABLE);
	call_id(rig, 0, first);
	rig_answer(rig, 0, 200, "Expires: 120\r\n");
	uint32_t k = next_query(rig, "P");
	cr_expect_str_eq(rig_header(rig, k, "Expires"), "");
	cr_expect_str_eq(rig_header(rig, k, "Authorization"), "");
	cr_expect_str_eq(rig_header(rig, k, "CSeq"), "1000000002 REGISTER");
	cr_expect_not_null(strstr(rig_header(rig, k, "To"), "sip:6000@10.99.0.1"));
	call_id(rig, k, call);
	cr_expect_str_eq(call, first);
	cr_expect_eq(find(rig, 0, "OPTIONS", "P"), rig->n);
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->requests[HL_REGISTER]), 2));
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->requests[HL_OPTIONS]), 0));
	cr_expect(eq(u64, hl_worker_outstanding(rig->worker, HL_REGISTER), 1));
	cr_expect(eq(u64, hl_worker_outstanding(rig->worker, HL_OPTIONS), 0));
	rig_answer(rig, k, 200, "Contact: <sip:6000@192.0.2.1>;expires=3\r\n");
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->finals[HL_REGISTER]), 2));
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	cr_expect(eq(int, rig_state(rig, 0).oks, 1));
	rig_clear(rig);
	rig_pass(rig, 4 * SEC); // nobody takes the 3 s for a grant
	cr_expect(eq(u32, rig->n, 0));
	rig_free(rig);
}

Test(probe, register0_is_answered_by_a_challenge_and_never_signed)
{
	struct rig *rig = registered(QUERIED);

	rig_answer(rig, next_query(rig, "P"), 401, CHALLENGE);
	cr_expect(eq(int, rig_state(rig, 0).oks, 1));
	rig_answer(rig, next_query(rig, "P"), 403, "");
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	cr_expect(eq(int, rig_state(rig, 0).oks, 2));
	rig_free(rig);
}

// Repeated as any request, given up as a probe, and then the line moves; in DOWN both servers are asked.
Test(probe, register0_that_is_lost_moves_the_line)
{
	struct rig *rig = registered(QUERIED "    options_timeout: 700ms\n");
	uint32_t k = next_query(rig, "P");
	char branch[128];

	snprintf(branch, sizeof(branch), "%s", rig_header(rig, k, "Via"));
	rig_pass(rig, 600 * MS);
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->retransmissions[HL_REGISTER]), 1));
	cr_expect_str_eq(rig_header(rig, rig->n - 1, "Via"), branch);
	rig_pass(rig, 200 * MS);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->timeouts[HL_REGISTER]), 1));
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->timeouts[HL_OPTIONS]), 0));
	for (int s = 0; s < 60 && rig_state(rig, 0).state != HL_DOWN; s++)
		rig_pass(rig, 100 * MS);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_DOWN));
	k = next_query(rig, "B");
	rig_answer(rig, k, 404, "");
	cr_expect(eq(int, rig_state(rig, 0).state, HL_SW_B));
	rig_free(rig);
}

Test(probe, register0_that_an_icmp_error_proves_unreachable_is_a_register)
{
	struct rig *rig = registered(QUERIED);

	rig_unreachable(rig, next_query(rig, "P"), 3);
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->unreachable[HL_REGISTER]), 1));
	cr_expect(eq(int, rig_state(rig, 0).state, HL_SW_B));
	rig_free(rig);
}

// Without probes there is only the keepalive, whatever probes would be.
Test(probe, register0_leaves_the_keepalive_alone)
{
	struct rig *rig = registered("    probe: register0\n    sip_options: on\n"
				     "    sip_options_interval: 3s\n");

	rig_pass(rig, 4 * SEC);
	cr_expect_eq(find(rig, 0, "OPTIONS", "P"), 0);
	cr_expect_eq(find(rig, 0, "REGISTER", "P"), rig->n);
	rig_free(rig);
}

// For so long that no refresh comes in between.
static struct rig *registered_long(const char *extra)
{
	struct rig *rig = rig_new(extra, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "Expires: 3000\r\n");
	return rig;
}

// The next OPTIONS to P, answered or lost; when it left.
static uint64_t probed_at(struct rig *rig, unsigned status)
{
	uint64_t lost = rig_count(&rig_counters(rig)->timeouts[HL_OPTIONS]);

	rig_clear(rig);
	for (int passed = 0; passed < 9000 && find(rig, 0, "OPTIONS", "P") == rig->n; passed++)
		rig_pass(rig, 10 * MS);
	uint32_t k = find(rig, 0, "OPTIONS", "P");
	cr_assert(lt(u32, k, rig->n));
	uint64_t at_ns = rig->sent[k].at_ns;
	if (status != 0)
		rig_answer(rig, k, status, "");
	while (status == 0 && rig_count(&rig_counters(rig)->timeouts[HL_OPTIONS]) == lost)
		rig_pass(rig, 10 * MS);
	return at_ns;
}

static void expect_span(uint64_t from_ns, uint64_t to_ns, uint64_t span_ns)
{
	cr_expect(ge(u64, to_ns - from_ns, span_ns - 2 * MS));
	cr_expect(le(u64, to_ns - from_ns, span_ns + 2 * MS));
}

static void answer_register(struct rig *rig, const char *server)
{
	uint32_t k = find(rig, 0, "REGISTER", server);

	cr_assert(lt(u32, k, rig->n));
	rig_answer(rig, k, 200, "Expires: 3000\r\n");
}

Test(probe, down_detect_interval_holds_from_the_loss_of_p_to_its_recovery)
{
	struct rig *rig = registered_long(
		"    primary_detect_interval: 60s\n    options_timeout: 500ms\n"
		"    down_detect_interval: 2s\n    max_detect_fail_count: 1\n"
		"    recover_count: 3\n    prefer_primary: on\n"
		"    register_refresh_interval: 3000s\n");
	uint64_t at_ns = probed_at(rig, 200), next_ns = probed_at(rig, 0);

	expect_span(at_ns, next_ns, 60 * SEC);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	answer_register(rig, "B");
	at_ns = probed_at(rig, 0);
	cr_expect(le(u64, at_ns - next_ns, 500 * MS + 2 * SEC + 10 * MS), "not after a minute");
	for (int k = 0; k < 4; k++) {
		next_ns = probed_at(rig, k == 1 ? 0 : 200);
		expect_span(at_ns, next_ns, 2 * SEC);
		at_ns = next_ns;
	}
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B), "two in a row");
	next_ns = probed_at(rig, 200);
	expect_span(at_ns, next_ns, 2 * SEC);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_P));
	answer_register(rig, "P");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	at_ns = probed_at(rig, 200);
	next_ns = probed_at(rig, 200);
	expect_span(at_ns, next_ns, 60 * SEC);
	rig_free(rig);
}

// A longer one spares a server that is down; on B a recovered P is probed at its usual interval.
Test(probe, down_detect_interval_may_be_the_longer_one)
{
	struct rig *rig = registered_long(
		"    primary_detect_interval: 2s\n    options_timeout: 500ms\n"
		"    down_detect_interval: 30s\n    max_detect_fail_count: 1\n"
		"    return_mode: never\n    register_refresh_interval: 3000s\n");
	uint64_t at_ns = probed_at(rig, 0), next_ns;

	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	answer_register(rig, "B");
	at_ns = probed_at(rig, 0); // it was armed before
	next_ns = probed_at(rig, 200);
	expect_span(at_ns, next_ns, 30 * SEC);
	at_ns = probed_at(rig, 200);
	next_ns = probed_at(rig, 200);
	expect_span(at_ns, next_ns, 2 * SEC);
	rig_free(rig);
}

Test(probe, recover_count_of_100_is_counted_in_full)
{
	struct rig *rig = registered_long(
		"    primary_detect_interval: 1s\n    options_timeout: 500ms\n"
		"    max_detect_fail_count: 1\n    recover_count: 100\n"
		"    prefer_primary: on\n    register_refresh_interval: 3000s\n");

	probed_at(rig, 0);
	answer_register(rig, "B");
	for (int k = 0; k < 99; k++)
		probed_at(rig, 200);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	cr_assert(eq(int, rig_state(rig, 0).oks, 99));
	probed_at(rig, 200);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_P));
	rig_free(rig);
}
