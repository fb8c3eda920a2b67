// SPDX-License-Identifier: BSD-3-Clause
// Registration on the wire: timers E and F, digest, grants, refreshes, what each answer leads to.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define CHALLENGE "WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\"\r\n"

static bool contains(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

Test(registration, unanswered_register_leaves_at_0_500_1500_ms_then_goes_to_backup)
{
	struct rig *rig = rig_new("", 1);
	uint64_t start = rig->now_ns;

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 1900 * MS);
	cr_assert(eq(u32, rig->n, 3));
	static const uint64_t due_ms[] = { 0, 500, 1500 };
	for (int k = 0; k < 3; k++) {
		cr_assert_str_eq(rig_server(rig, k), "P");
		cr_assert(ge(u64, rig->sent[k].at_ns, start + due_ms[k] * MS));
		cr_assert(le(u64, rig->sent[k].at_ns, start + due_ms[k] * MS + 2 * MS));
		cr_assert_str_eq(rig->sent[k].text, rig->sent[0].text);
	}
	rig_pass(rig, 110 * MS);
	cr_assert(eq(u32, rig->n, 4));
	cr_assert_str_eq(rig_server(rig, 3), "B");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	cr_assert(eq(int, rig_state(rig, 0).code, HL_CODE_TIMEOUT));
	rig_free(rig);
}

Test(registration, request_has_what_rfc3261_wants)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	const char *text = rig->sent[0].text;
	cr_assert(eq(int, strncmp(text, "REGISTER sip:10.99.0.1 SIP/2.0\r\n", 32), 0));
	cr_assert(contains(rig_header(rig, 0, "Via"), "branch=z9hG4bK"));
	cr_assert(contains(rig_header(rig, 0, "Via"), ";rport"));
	cr_assert(contains(rig_header(rig, 0, "From"), "sip:6000@10.99.0.1"));
	cr_assert(contains(rig_header(rig, 0, "From"), ";tag="));
	cr_assert(contains(rig_header(rig, 0, "To"), "sip:6000@10.99.0.1"));
	cr_assert(eq(int, strcmp(rig_header(rig, 0, "CSeq"), "1000000001 REGISTER"), 0));
	cr_assert(eq(int, strcmp(rig_header(rig, 0, "Max-Forwards"), "70"), 0));
	cr_assert(eq(int, strcmp(rig_header(rig, 0, "Expires"), "1800"), 0));
	cr_assert(eq(int, strcmp(rig_header(rig, 0, "Content-Length"), "0"), 0));
	cr_assert(contains(rig_header(rig, 0, "Contact"), ";hl=p"));
	cr_assert(eq(sz, strlen(rig_header(rig, 0, "Call-ID")), 16));
	rig_free(rig);
}

Test(registration, challenge_is_answered_with_a_new_cseq_and_branch)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 401, CHALLENGE);
	cr_assert(eq(u32, rig->n, 2));
	const char *auth = rig_header(rig, 1, "Authorization");
	cr_assert(contains(auth, "Digest ") && contains(auth, "username=\"6000\"") &&
			  contains(auth, "nonce=\"n1\"") && contains(auth, "nc=00000001") &&
			  contains(auth, "uri=\"sip:10.99.0.1\""),
		  "%s", auth);
	cr_assert(eq(int, strcmp(rig_header(rig, 1, "CSeq"), "1000000002 REGISTER"), 0));
	rig_answer(rig, 1, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

Test(registration, refresh_at_half_of_the_grant_reuses_the_nonce)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 401, CHALLENGE);
	rig_answer(rig, 1, 200, "Expires: 60\r\n");
	rig_clear(rig);
	rig_pass(rig, 29 * SEC);
	cr_assert(eq(u32, rig->n, 0));
	rig_pass(rig, 2 * SEC);
	cr_assert(ge(u32, rig->n, 1));
	cr_assert(contains(rig_header(rig, 0, "Authorization"), "nc=00000002"));
	cr_assert(eq(int, strcmp(rig_header(rig, 0, "Expires"), "1800"), 0),
		  "the grant must not shrink what is asked");
	rig_free(rig);
}

Test(registration, own_contact_counts_not_the_others)
{
	struct rig *rig = rig_new("", 1);
	char headers[512], own[HL_ADDR_TEXT];

	rig_command(rig, HL_COMMAND_ENABLE);
	hl_addr_format(&rig->sent[0].frame.src.addr, own);
	snprintf(headers, sizeof(headers),
		 "Contact: \"a, b\" <sip:6000@10.1.1.1:5060>;expires=7\r\n"
		 "Contact: <sip:6000@%s:%u;hl=p>;expires=90, <sip:x@y>;expires=3\r\nExpires: 5\r\n",
		 own, rig->sent[0].frame.src.port);
	rig_answer(rig, 0, 200, headers);
	rig_clear(rig);
	rig_pass(rig, 44 * SEC);
	cr_assert(eq(u32, rig->n, 0));
	rig_pass(rig, 2 * SEC);
	cr_assert(ge(u32, rig->n, 1));
	rig_free(rig);
}

Test(registration, interval_too_brief_is_asked_again_once)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 423, "Min-Expires: 3600\r\n");
	cr_assert(eq(u32, rig->n, 2));
	cr_assert(eq(int, strcmp(rig_header(rig, 1, "Expires"), "3600"), 0));
	rig_answer(rig, 1, 423, "Min-Expires: 7200\r\n");
	cr_assert(eq(u32, rig->n, 2));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_PARK));
	rig_free(rig);
}

Test(registration, a_2xx_that_grants_nothing_is_no_registration)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "Expires: 0\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	rig_free(rig);
}

Test(registration, answers_by_class)
{
	static const struct {
		unsigned status;
		const char *headers;
		enum hl_line_state state;
	} cases[] = {
		{ 408, "", HL_SW_B },
		{ 500, "", HL_SW_B },
		{ 502, "", HL_SW_B },
		{ 503, "", HL_SW_B },
		{ 504, "", HL_SW_B },
		{ 480, "", HL_SW_B },
		{ 403, "", HL_PARK },
		{ 404, "", HL_PARK },
		{ 600, "", HL_PARK },
		{ 603, "", HL_PARK },
		{ 100, "", HL_REG_P },
		{ 200, "", HL_ON_P },
		{ 403, "Retry-After: 60\r\n", HL_SW_B },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct rig *rig = rig_new("", 1);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, cases[k].status, cases[k].headers);
		cr_expect(eq(int, rig_state(rig, 0).state, cases[k].state), "%u", cases[k].status);
		rig_free(rig);
	}
}

Test(registration, a_provisional_answer_slows_retransmission_to_t2)
{
	struct rig *rig = rig_new("    register_timeout: 10s\n", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 100, "");
	rig_pass(rig, 400 * MS);
	cr_assert(eq(u32, rig->n, 1));
	rig_pass(rig, 5 * SEC); // the copy that was due at 0.5 s, then 4 s later
	cr_assert(eq(u32, rig->n, 3));
	cr_assert(ge(u64, rig->sent[2].at_ns - rig->sent[1].at_ns, 4 * SEC));
	rig_free(rig);
}

// The 1xx was to the first one: the second has its own timer E, 0.5, 1 and 2 s.
Test(registration, a_provisional_answer_does_not_slow_the_unregister_behind_a_challenge)
{
	struct rig *rig = rig_new("    register_timeout: 10s\n", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "Expires: 60\r\n");
	rig_clear(rig);
	rig_command(rig, HL_COMMAND_DISABLE);
	rig_answer(rig, 0, 100, "");
	rig_answer(rig, 0, 401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n");
	rig_pass(rig, 4 * SEC);
	cr_assert(eq(u32, rig->n, 5)); // asked, signed, three copies
	cr_assert(le(u64, rig->sent[3].at_ns - rig->sent[2].at_ns, 1100 * MS));
	rig_free(rig);
}

Test(registration, retry_after_holds_that_server)
{
	struct rig *rig = rig_new("    backoff_base: 1s\n    backoff_max: 2s\n", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 503, "Retry-After: 100\r\n");
	rig_pass(rig, 90 * SEC); // B never answers, P is held: only B is asked
	for (uint32_t k = 1; k < rig->n; k++)
		cr_assert_str_eq(rig_server(rig, k), "B");
	cr_assert(gt(u32, rig->n, 3));
	rig_clear(rig);
	rig_pass(rig, 20 * SEC);
	bool asked_p = false;
	for (uint32_t k = 0; k < rig->n; k++)
		asked_p |= strcmp(rig_server(rig, k), "P") == 0;
	cr_assert(asked_p);
	rig_free(rig);
}

Test(registration, folded_and_odd_replies_go_through_the_full_parser)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "Subject: a\r\n folded line\r\nExpires: 60\r\n");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->slow), 1));
	rig_pass(rig, 1 * MS);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

Test(registration, a_line_that_was_refused_has_nothing_to_unregister)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 403, "");
	rig_clear(rig);
	rig_command(rig, HL_COMMAND_DISABLE);
	rig_pass(rig, 5 * SEC);
	cr_assert(eq(u32, rig->n, 0));
	cr_assert(eq(u32, hl_worker_unsettled(rig->worker), 0));
	rig_free(rig);
}

Test(registration, a_line_that_was_never_answered_is_unregistered_all_the_same)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_clear(rig);
	rig_command(rig, HL_COMMAND_DISABLE);
	cr_assert(eq(u32, rig->n, 1));
	cr_assert(eq(int, strcmp(rig_header(rig, 0, "Expires"), "0"), 0));
	rig_free(rig);
}

static void expect_ended(const struct rig *rig, uint64_t granted, uint64_t failed)
{
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->registrations), granted));
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->failed_registrations), failed));
}

Test(registration, each_attempt_counts_once_as_granted_or_failed)
{
	struct rig *rig = rig_new("    backoff_base: 1s\n    backoff_max: 2s\n", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 401, CHALLENGE);
	expect_ended(rig, 0, 0); // answered with credentials: the attempt goes on
	rig_answer(rig, 1, 503, "");
	expect_ended(rig, 0, 1);
	rig_pass(rig, 1 * SEC);
	cr_assert_str_eq(rig_server(rig, rig->n - 1), "B");
	rig_answer(rig, rig->n - 1, 200, "");
	expect_ended(rig, 1, 1);
	rig_pass(rig, 1799 * SEC); // a refresh, at B, that nobody answers
	expect_ended(rig, 1, rig_count(&rig_counters(rig)->timeouts[HL_REGISTER]) + 1);
	cr_expect(gt(u64, rig_count(&rig_counters(rig)->failed_registrations), 1));
	rig_free(rig);
}

Test(registration, a_refusal_of_the_account_counts_as_failed)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 403, "");
	expect_ended(rig, 0, 1);
	rig_free(rig);
}
