// SPDX-License-Identifier: BSD-3-Clause
// sip_options and nat_keepalive_interval (FAILOVER.md section 1): what goes to the active server
// beside the registration and the probe of P.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define OPTIONS_EVERY_10_S "    sip_options: on\n    sip_options_interval: 10\n"
#define PROBE_EVERY_40_S "    primary_detect_interval: 40\n"

static bool is(const struct rig *rig, uint32_t k, const char *method)
{
	return strncmp(rig->sent[k].text, method, strlen(method)) == 0;
}

// Time passes, the servers named answer all that they get. Returns how many requests of a method
// went to a server, retransmissions too.
static uint32_t pass(struct rig *rig, uint64_t span_ns, const char *alive, const char *method,
		     const char *server)
{
	uint64_t end = rig->now_ns + span_ns;
	uint32_t seen = 0;

	rig_clear(rig);
	while (rig->now_ns < end) {
		uint32_t first = rig->n;

		rig_pass(rig, 100 * MS);
		for (uint32_t k = first; k < rig->n; k++) {
			const char *to = rig_server(rig, k);

			seen += is(rig, k, method) && strcmp(to, server) == 0;
			if (strstr(alive, to) && !is(rig, k, "\r\n"))
				rig_answer(rig, k, 200, "");
		}
		if (rig->n > RIG_FRAMES / 2)
			rig_clear(rig);
	}
	return seen;
}

// A line that is registered at P.
static struct rig *on_p(const char *extra)
{
	struct rig *rig = rig_new(extra, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	return rig;
}

// The same moved to B by the operator, and left free to return.
static struct rig *on_b(const char *extra)
{
	struct rig *rig = on_p(extra);

	rig_clear(rig);
	rig_command(rig, HL_COMMAND_FORCE_B);
	for (uint32_t k = 0; k < rig->n; k++)
		if (is(rig, k, "REGISTER") && strcmp(rig_server(rig, k), "B") == 0)
			rig_answer(rig, k, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	return rig;
}

Test(keepalive, sip_options_goes_to_the_active_server)
{
	struct rig *rig = on_p(OPTIONS_EVERY_10_S);

	uint32_t n = pass(rig, 100 * SEC, "PB", "OPTIONS", "P");
	cr_expect(n >= 9 && n <= 11, "%u OPTIONS in 100 s", n);
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->requests[HL_OPTIONS]), n));
	rig_free(rig);

	rig = on_b(OPTIONS_EVERY_10_S);
	n = pass(rig, 100 * SEC, "PB", "OPTIONS", "B");
	cr_expect(n >= 9 && n <= 11, "%u OPTIONS to B in 100 s", n);
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->requests[HL_OPTIONS]), n), "none to P");
	rig_free(rig);
}

Test(keepalive, sip_options_and_probe_of_the_same_server_are_one_stream)
{
	struct rig *rig = on_p(OPTIONS_EVERY_10_S PROBE_EVERY_40_S);

	uint32_t n = pass(rig, 200 * SEC, "PB", "OPTIONS", "P");
	cr_expect(n >= 19 && n <= 21, "%u OPTIONS in 200 s: the shorter interval alone", n);
	rig_free(rig);

	rig = on_p("    sip_options: on\n    sip_options_interval: 90\n" PROBE_EVERY_40_S);
	n = pass(rig, 200 * SEC, "PB", "OPTIONS", "P");
	cr_expect(n >= 4 && n <= 6, "%u OPTIONS in 200 s", n);
	rig_free(rig);
}

Test(keepalive, sip_options_and_probe_of_two_servers_are_two_streams)
{
	struct rig *rig = on_b(OPTIONS_EVERY_10_S PROBE_EVERY_40_S "    return_mode: never\n");

	uint32_t to_b = pass(rig, 200 * SEC, "PB", "OPTIONS", "B");
	uint64_t all = rig_count(&rig_counters(rig)->requests[HL_OPTIONS]);
	cr_expect(to_b >= 19 && to_b <= 21, "%u to B", to_b);
	cr_expect(all - to_b >= 4 && all - to_b <= 6, "%u to P", (unsigned)(all - to_b));
	rig_free(rig);
}

Test(keepalive, sip_options_without_a_probe_counts_as_the_probe_of_p)
{
	struct rig *rig = on_p(OPTIONS_EVERY_10_S "    max_detect_fail_count: 3\n");

	pass(rig, 20 * SEC, "B", "OPTIONS", "P"); // at most two lost
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	pass(rig, 15 * SEC, "B", "OPTIONS", "P");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->failovers), 1));
	rig_free(rig);
}

Test(keepalive, sip_options_without_a_probe_leaves_p_to_the_refreshes_on_b)
{
	struct rig *rig = on_p(OPTIONS_EVERY_10_S "    max_detect_fail_count: 1\n"
						  "    register_refresh_interval: 100\n");

	pass(rig, 20 * SEC, "B", "OPTIONS", "P");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	cr_assert(eq(u32, pass(rig, 30 * SEC, "PB", "OPTIONS", "P"), 0));
	pass(rig, 30 * SEC, "PB", "REGISTER", "P");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P), "the refresh at B tries P first");
	rig_free(rig);
}

Test(keepalive, keepalive_of_b_lost_too_often_refreshes_at_once)
{
	struct rig *rig = on_b(OPTIONS_EVERY_10_S PROBE_EVERY_40_S
			       "    return_mode: never\n"
			       "    max_detect_fail_count: 2\n");
	int waited_s = 0;

	while (pass(rig, 1 * SEC, "P", "OPTIONS", "B") == 0) // its phase is anywhere in the 10 s
		cr_assert(le(int, ++waited_s, 10));
	// the first one is lost 2 s after it was sent, the second one 12 s after that
	cr_assert(eq(u32, pass(rig, 10 * SEC, "P", "REGISTER", "B"), 0));
	cr_assert(gt(u32, pass(rig, 4 * SEC, "P", "REGISTER", "B"), 0));
	cr_assert(ne(int, rig_state(rig, 0).state, HL_ON_B), "the REGISTER has decided");
	rig_free(rig);
}

Test(keepalive, keepalive_of_b_that_is_answered_again_changes_nothing)
{
	struct rig *rig = on_b(OPTIONS_EVERY_10_S PROBE_EVERY_40_S
			       "    return_mode: never\n"
			       "    max_detect_fail_count: 2\n");

	for (int round = 0; round < 4; round++) {
		pass(rig, 10 * SEC, "P", "OPTIONS", "B");
		pass(rig, 10 * SEC, "PB", "OPTIONS", "B");
	}
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->requests[HL_REGISTER]), 2));
	rig_free(rig);
}

Test(keepalive, dead_b_without_a_probe_is_found_though_p_is_dead_too)
{
	struct rig *rig = on_b(OPTIONS_EVERY_10_S "    max_detect_fail_count: 2\n");

	pass(rig, 40 * SEC, "", "REGISTER", "B");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_DOWN));
	cr_assert(gt(u32, pass(rig, 60 * SEC, "", "REGISTER", "P"), 0), "DOWN goes on trying");
	rig_free(rig);
}

Test(keepalive, icmp_unreachable_about_a_keepalive_of_b_is_a_loss)
{
	struct rig *rig = on_b(OPTIONS_EVERY_10_S "    max_detect_fail_count: 1\n"
						  "    return_mode: never\n");
	const uint32_t k = 0;

	rig_clear(rig);
	while (rig->n == 0)
		rig_pass(rig, 1 * SEC);
	cr_assert(is(rig, k, "OPTIONS"));
	rig_unreachable(rig, k, 3);
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->icmp_errors), 1));
	cr_assert(eq(int, rig_state(rig, 0).code, HL_CODE_UNREACHABLE));
	cr_assert(is(rig, k + 1, "REGISTER"));
	rig_free(rig);
}

Test(keepalive, nat_keepalive_is_crlfcrlf_to_the_active_server)
{
	struct rig *rig = on_b("    nat_keepalive_interval: 15\n");
	uint64_t requests = rig_count(&rig_counters(rig)->requests[HL_OPTIONS]);

	uint32_t n = pass(rig, 150 * SEC, "PB", "\r\n\r\n", "B");
	cr_expect(n >= 9 && n <= 11, "%u in 150 s", n);
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->nat_keepalives), n), "none to P");
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->requests[HL_OPTIONS]), requests));
	rig_pass(rig, 20 * SEC);
	for (uint32_t k = 0; k < rig->n; k++)
		if (is(rig, k, "\r\n")) {
			cr_expect(eq(u16, rig->sent[k].frame.payload_len, 4));
			cr_expect(eq(u16, rig->sent[k].frame.dst.port, 5060));
		}
	rig_free(rig);
}

Test(keepalive, crlf_that_comes_back_is_ignored)
{
	struct rig *rig = on_p("    nat_keepalive_interval: 15\n");
	struct frame f = rig->sent[0].frame;

	rig_clear(rig);
	rig_datagram(rig, "10.99.0.1", 5060, &f.src.addr, f.src.port, "\r\n");
	rig_datagram(rig, "10.99.0.1", 5060, &f.src.addr, f.src.port, "\r\n\r\n");
	cr_assert(eq(u32, rig->n, 0));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_MALFORMED]), 0));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

Test(keepalive, nat_keepalive_takes_no_token)
{
	struct rig *rig = rig_new_rate("    nat_keepalive_interval: 10\n", 1, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "");
	pass(rig, 100 * SEC, "PB", "\r\n\r\n", "P");
	cr_assert(ge(u64, rig_count(&rig_counters(rig)->nat_keepalives), 9));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->limits[HL_LIMIT_RATE_LIMITED]), 0));
	rig_free(rig);
}

Test(keepalive, a_line_that_stops_sends_none)
{
	struct rig *rig = on_p(OPTIONS_EVERY_10_S "    nat_keepalive_interval: 15\n");

	pass(rig, 30 * SEC, "PB", "OPTIONS", "P");
	rig_command(rig, HL_COMMAND_DISABLE);
	pass(rig, 1 * SEC, "PB", "REGISTER", "P");
	rig_clear(rig);
	rig_pass(rig, 100 * SEC);
	cr_assert(eq(u32, rig->n, 0));
	rig_free(rig);
}

Test(keepalive, lines_begin_at_phases_of_their_own)
{
	struct rig *rig = rig_new(OPTIONS_EVERY_10_S, 50);
	uint64_t first = UINT64_MAX, last = 0;

	rig_command(rig, HL_COMMAND_ENABLE);
	for (uint32_t k = 0; k < 50; k++)
		rig_answer(rig, k, 200, "");
	rig_clear(rig);
	rig_pass(rig, 9900 * MS);
	cr_assert(ge(u32, rig->n, 45));
	for (uint32_t k = 0; k < rig->n; k++) {
		first = rig->sent[k].at_ns < first ? rig->sent[k].at_ns : first;
		last = rig->sent[k].at_ns > last ? rig->sent[k].at_ns : last;
	}
	cr_assert(gt(u64, last - first, 5 * SEC));
	rig_free(rig);
}

// Requests a second of one line, as a load test asks for them.
Test(keepalive, an_interval_may_be_a_part_of_a_second)
{
	struct rig *rig = on_p("    primary_detect_interval: 50ms\n");
	uint32_t seen = 0;

	rig_clear(rig);
	for (uint32_t ms = 0; ms < 2000; ms += 10) {
		rig_pass(rig, 10 * MS);
		for (uint32_t k = 0; k < rig->n; k++) {
			seen += is(rig, k, "OPTIONS");
			rig_answer(rig, k, 200, "");
		}
		rig_clear(rig);
	}
	cr_assert(ge(u32, seen, 38));
	cr_assert(le(u32, seen, 40));
	rig_free(rig);
}
