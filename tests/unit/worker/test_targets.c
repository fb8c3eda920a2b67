// SPDX-License-Identifier: BSD-3-Clause
// Several targets of one server (RFC 3263 4.3): the next one on 503, time-out and unreachable, with
// a new branch; and an answer of DNS that changes under a request.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/arp.h"
#include "rig.h"
#include "worker/plan.h"

#define TARGETS 4 // 10.99.0.11 and so on

static void teach(struct rig *rig, const char *server)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 2 };
	uint8_t bytes[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = bytes };
	struct arp request = { .request = true, .sender_mac = { 2, 0, 0, 0, 0, 1 } };

	hl_addr_parse(server, strlen(server), &request.target);
	hl_addr_parse("10.99.1.1", 9, &request.sender);
	arp_write_reply(&pkt, mac, &request);
	rig_frame(rig, bytes, pkt.len);
}

// DNS said: these, in this order. "" ends the list.
static void answer_dns(struct rig *rig, enum hl_server server, const char *const hosts[])
{
	struct hl_target targets[TARGETS];
	uint32_t n = 0;

	for (; hosts[n][0]; n++) {
		targets[n] = (struct hl_target){ .at.port = 5060, .priority = n };
		hl_addr_parse(hosts[n], strlen(hosts[n]), &targets[n].at.addr);
	}
	cr_assert(eq(int, hl_plan_set_targets(rig->plan, 0, server, targets, n, NULL), 0));
	rig_pass(rig, 1 * MS);
	for (uint32_t k = 0; k < n; k++)
		teach(rig, hosts[k]);
	rig_clear(rig);
}

#define TWO \
	(const char *const[]) \
	{ \
		"10.99.0.11", "10.99.0.12", "" \
	}
#define THIRD \
	(const char *const[]) \
	{ \
		"10.99.0.13", "" \
	}

static struct rig *two_targets(const char *extra)
{
	struct rig *rig = rig_new(extra, 1);

	answer_dns(rig, HL_SERVER_P, TWO);
	return rig;
}

static unsigned last_sent(const struct rig *rig)
{
	return rig->n ? rig->sent[rig->n - 1].frame.dst.addr.bytes[3] : 0;
}

static const char *method(const struct rig *rig, uint32_t k)
{
	return strncmp(rig->sent[k].text, "REGISTER", 8) == 0 ? "REGISTER" : "OPTIONS";
}

static struct rig *registered_at_first(const char *extra)
{
	struct rig *rig = two_targets(extra);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	cr_assert(eq(int, last_sent(rig), 11));
	rig_clear(rig);
	return rig;
}

Test(targets, a_503_sends_a_new_request_to_the_next_target)
{
	struct rig *rig = two_targets("");
	char branch[256], call_id[64];

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(eq(int, last_sent(rig), 11));
	snprintf(branch, sizeof(branch), "%s", rig_header(rig, 0, "Via"));
	snprintf(call_id, sizeof(call_id), "%s", rig_header(rig, 0, "Call-ID"));
	rig_answer(rig, 0, 503, "Retry-After: 60\r\n");
	cr_assert(eq(u32, rig->n, 2));
	cr_assert(eq(int, last_sent(rig), 12));
	cr_assert_str_neq(rig_header(rig, 1, "Via"), branch, "a new branch");
	cr_assert_str_eq(rig_header(rig, 1, "Call-ID"), call_id);
	cr_assert_str_eq(rig_header(rig, 1, "CSeq"), "1000000002 REGISTER");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_REG_P));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->failovers), 0));
	rig_answer(rig, 1, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

Test(targets, a_time_out_sends_to_the_next_target_and_then_to_the_backup)
{
	struct rig *rig = two_targets("");

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 1900 * MS);
	cr_assert(eq(u32, rig->n, 3), "first target: 0, 500, 1500 ms");
	rig_pass(rig, 200 * MS);
	cr_assert(eq(int, last_sent(rig), 12));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_REG_P));
	rig_pass(rig, 2100 * MS);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	cr_assert(eq(int, last_sent(rig), 2));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->timeouts[HL_REGISTER]), 2));
	rig_free(rig);
}

Test(targets, after_the_last_target_it_starts_again_at_the_first)
{
	struct rig *rig = two_targets("    backoff_base: 10\n    backoff_max: 10\n");

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 503, "");
	rig_answer(rig, 1, 503, "");
	cr_assert_str_eq(rig_server(rig, 2), "B");
	rig_answer(rig, 2, 500, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_DOWN));
	rig_clear(rig);
	rig_pass(rig, 11 * SEC);
	cr_assert(gt(u32, rig->n, 0));
	cr_assert(eq(int, rig->sent[0].frame.dst.addr.bytes[3], 11));
	rig_free(rig);
}

Test(targets, other_failures_speak_for_the_whole_server)
{
	struct rig *rig = two_targets("");

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 500, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	rig_free(rig);
}

Test(targets, credentials_go_to_the_target_that_asked_for_them)
{
	struct rig *rig = two_targets("");

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 503, "");
	rig_answer(rig, 1, 401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n");
	cr_assert(eq(int, last_sent(rig), 12));
	cr_assert_str_neq(rig_header(rig, 2, "Authorization"), "");
	rig_free(rig);
}

#define NONCE "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n"

// Nonces belong to who gave them (FAILOVER.md section 4), among the targets of one server too.
Test(targets, a_nonce_is_not_carried_to_another_target)
{
	struct rig *rig = registered_at_first("    primary_detect_interval: 5\n");

	rig_command(rig, HL_COMMAND_DISABLE); // to be challenged at the first target
	rig_answer(rig, rig->n - 1, 401, NONCE);
	rig_answer(rig, rig->n - 1, 200, "");
	rig_clear(rig);
	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 401, NONCE);
	cr_assert_str_neq(rig_header(rig, 1, "Authorization"), "");
	rig_answer(rig, 1, 200, "");
	rig_clear(rig);
	for (int k = 0; k < 80 && last_sent(rig) != 12; k++) // until a probe of the first is lost
		rig_pass(rig, 100 * MS);
	cr_assert_str_eq(method(rig, rig->n - 1), "OPTIONS");
	rig_answer(rig, rig->n - 1, 200, "");
	cr_assert_str_eq(method(rig, rig->n - 1), "REGISTER");
	cr_assert(eq(int, last_sent(rig), 12));
	cr_assert_str_eq(rig_header(rig, rig->n - 1, "Authorization"), "");
	rig_answer(rig, rig->n - 1, 401, NONCE);
	cr_assert_str_neq(rig_header(rig, rig->n - 1, "Authorization"), "");
	rig_free(rig);
}

Test(targets, refreshes_stay_at_the_target_that_answered)
{
	struct rig *rig = two_targets("");

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 503, "");
	rig_answer(rig, 1, 200, "Expires: 60\r\n");
	rig_clear(rig);
	rig_pass(rig, 31 * SEC);
	cr_assert(eq(int, rig->sent[0].frame.dst.addr.bytes[3], 12));
	rig_free(rig);
}

Test(targets, dns_that_changes_under_a_request_moves_no_transaction)
{
	struct rig *rig = two_targets("");

	rig_command(rig, HL_COMMAND_ENABLE);
	struct rig before = *rig;
	answer_dns(rig, HL_SERVER_P, THIRD);
	rig_pass(rig, 1600 * MS);
	cr_assert(eq(u32, rig->n, 2), "the retransmissions");
	for (uint32_t k = 0; k < rig->n; k++)
		cr_assert(eq(int, rig->sent[k].frame.dst.addr.bytes[3], 11));
	cr_assert(
		eq(int,
		   before.sent[0].len == rig->sent[0].len &&
			   memcmp(before.sent[0].bytes, rig->sent[0].bytes, rig->sent[0].len) == 0,
		   1),
		"byte by byte the first one");
	rig_answer(rig, 0, 200, "Expires: 60\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_clear(rig);
	rig_pass(rig, 31 * SEC);
	cr_assert(eq(int, rig->sent[0].frame.dst.addr.bytes[3], 13),
		  "the refresh goes by the new answer");
	rig_free(rig);
}

Test(targets, dns_that_changes_under_a_probe_moves_it_not)
{
	struct rig *rig = registered_at_first("    primary_detect_interval: 5\n");

	for (int k = 0; k < 100 && rig->n == 0; k++)
		rig_pass(rig, 100 * MS);
	cr_assert_str_eq(method(rig, 0), "OPTIONS");
	answer_dns(rig, HL_SERVER_P, THIRD);
	rig_pass(rig, 600 * MS);
	cr_assert(eq(u32, rig->n, 1));
	cr_assert(eq(int, last_sent(rig), 11), "the retransmission");
	rig_answer(rig, 0, 200, "");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_WRONG_SOURCE]), 0));
	rig_clear(rig);
	rig_pass(rig, 6 * SEC);
	cr_assert(eq(int, rig->sent[0].frame.dst.addr.bytes[3], 13), "the next probe");
	rig_free(rig);
}

Test(targets, an_answer_from_another_target_is_from_a_wrong_source)
{
	struct rig *rig = two_targets("    reply_source: strict\n");
	char text[HL_FRAME_MAX];

	rig_command(rig, HL_COMMAND_ENABLE);
	snprintf(text, sizeof(text),
		 "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\n"
		 "Call-ID: x\r\nCSeq: 1000000001 REGISTER\r\nContent-Length: 0\r\n\r\n",
		 rig_header(rig, 0, "Via"));
	rig_datagram(rig, "10.99.0.12", 5060, &rig->sent[0].frame.src.addr,
		     rig->sent[0].frame.src.port, text);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_REG_P));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_WRONG_SOURCE]), 1));
	rig_free(rig);
}

Test(targets, a_late_answer_of_a_target_that_was_given_up_is_known)
{
	struct rig *rig = two_targets("");

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 2100 * MS);
	cr_assert(eq(int, last_sent(rig), 12));
	rig_answer(rig, 0, 200, "");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_WRONG_SOURCE]), 0));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_LATE]), 1));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_REG_P));
	rig_free(rig);
}

Test(targets, when_the_target_that_failed_is_no_longer_listed_the_new_first_is_tried_once)
{
	struct rig *rig = two_targets("");

	rig_command(rig, HL_COMMAND_ENABLE);
	answer_dns(rig, HL_SERVER_P, THIRD);
	rig_pass(rig, 2100 * MS);
	cr_assert(eq(int, last_sent(rig), 13));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_REG_P));
	answer_dns(rig, HL_SERVER_P, TWO);
	rig_pass(rig, 2100 * MS);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B), "no endless chase");
	rig_free(rig);
}

Test(targets, a_probe_goes_to_the_target_of_the_registration)
{
	struct rig *rig = two_targets("    primary_detect_interval: 5\n");

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 503, "");
	rig_answer(rig, 1, 200, "");
	rig_clear(rig);
	rig_pass(rig, 5100 * MS);
	cr_assert_str_eq(method(rig, 0), "OPTIONS");
	cr_assert(eq(int, rig->sent[0].frame.dst.addr.bytes[3], 12));
	rig_free(rig);
}

Test(targets, a_lost_probe_tries_the_next_target_and_the_registration_follows)
{
	struct rig *rig = registered_at_first("    primary_detect_interval: 5\n"
					      "    max_detect_fail_count: 1\n");

	for (int k = 0; k < 100 && last_sent(rig) != 12; k++)
		rig_pass(rig, 100 * MS);
	cr_assert(eq(int, last_sent(rig), 12));
	cr_assert_str_eq(method(rig, rig->n - 1), "OPTIONS");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P), "one target is not the server");
	cr_assert(eq(int, rig_state(rig, 0).fails, 0));
	rig_answer(rig, rig->n - 1, 200, "");
	cr_assert_str_eq(method(rig, rig->n - 1), "REGISTER");
	cr_assert(eq(int, last_sent(rig), 12));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

// The server has but one target, or the line is at the first of them: it is registered where the
// probe is answered.
Test(targets, a_probe_answered_after_a_lost_one_asks_for_no_registration)
{
	for (int targets = 1; targets <= 2; targets++) {
		struct rig *rig = rig_new("    primary_detect_interval: 5\n", 1);

		if (targets == 2)
			answer_dns(rig, HL_SERVER_P, TWO);
		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, 200, "");
		const uint8_t at = rig->sent[0].frame.dst.addr.bytes[3];
		const _Atomic uint64_t *lost = &rig_counters(rig)->timeouts[HL_OPTIONS];
		while (rig_count(lost) < (uint64_t)targets)
			rig_pass(rig, 10 * MS);
		cr_assert(eq(int, rig_state(rig, 0).fails, 1));
		rig_clear(rig);
		while (rig->n == 0)
			rig_pass(rig, 10 * MS);
		cr_assert_str_eq(method(rig, 0), "OPTIONS");
		cr_assert(eq(int, last_sent(rig), at));
		rig_answer(rig, 0, 200, "");
		cr_expect(eq(u32, rig->n, 1), "%d targets", targets);
		rig_free(rig);
	}
}

Test(targets, only_when_every_target_lost_the_probe_the_server_did)
{
	struct rig *rig = registered_at_first("    primary_detect_interval: 10\n"
					      "    max_detect_fail_count: 1\n");
	bool tried[256] = { false };

	for (int k = 0; k < 150 && rig_state(rig, 0).state == HL_ON_P; k++)
		rig_pass(rig, 100 * MS);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	for (uint32_t k = 0; k < rig->n; k++)
		tried[rig->sent[k].frame.dst.addr.bytes[3]] = true;
	cr_assert(tried[11] && tried[12]);
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->timeouts[HL_OPTIONS]), 2));
	rig_free(rig);
}

Test(targets, a_server_without_an_answer_is_silent_and_the_backup_is_used)
{
	struct rig *rig = rig_new("", 1);

	plan_server_clear(&rig->plan->directory.servers[0][HL_SERVER_P]);
	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(eq(u32, rig->n, 0));
	rig_pass(rig, 2100 * MS);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	cr_assert_str_eq(rig_server(rig, 0), "B");
	rig_free(rig);
}

Test(targets, the_unregister_goes_where_the_binding_is)
{
	struct rig *rig = two_targets("");

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 503, "");
	rig_answer(rig, 1, 200, "");
	answer_dns(rig, HL_SERVER_P, THIRD);
	rig_command(rig, HL_COMMAND_DISABLE);
	rig_pass(rig, 10 * MS);
	cr_assert(eq(int, last_sent(rig), 12));
	cr_assert(eq(int, atoi(rig_header(rig, rig->n - 1, "Expires")), 0));
	rig_free(rig);
}
