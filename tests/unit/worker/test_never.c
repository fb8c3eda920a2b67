// SPDX-License-Identifier: BSD-3-Clause
// What must never break a line (FAILOVER.md section 6), the cases that are about answers.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define CHALLENGE "WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\"\r\n"

static struct rig *registering(const char *extra)
{
	struct rig *rig = rig_new(extra, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	return rig;
}

// When the refresh comes, in tenths of a second, after this 2xx.
static unsigned refresh_after(struct rig *rig, const char *headers)
{
	unsigned tenths = 0;

	rig_answer(rig, rig->n - 1, 200, headers);
	rig_clear(rig);
	while (rig->n == 0 && tenths < 20000) {
		rig_pass(rig, 100 * MS);
		tenths++;
	}
	return tenths;
}

Test(never, shrinking_refresh_after_a_short_grant)
{
	struct rig *rig = registering("");

	for (int round = 0; round < 10; round++) {
		unsigned tenths = refresh_after(rig, "Expires: 60\r\n");

		cr_assert(ge(uint, tenths, 300));
		cr_assert(le(uint, tenths, 301));
		cr_assert_str_eq(rig_header(rig, 0, "Expires"), "1800");
	}
	rig_free(rig);
}

Test(never, several_or_rewritten_contacts_in_a_2xx)
{
	static const struct {
		const char *headers; // %s: own contact
		unsigned tenths;
	} cases[] = {
		{ "Contact: <sip:6000@10.1.1.1:5060>;expires=7, <sip:%s;hl=p>;expires=90\r\n",
		  450 },
		{ "Contact: <sip:%s;hl=b>;expires=7\r\nContact: <sip:%s;hl=p>;expires=90\r\n",
		  450 },
		{ "Contact: <sip:%s>;expires=90\r\nExpires: 20\r\n", 450 }, // lost its parameter
		// rewritten: what is listed alone is ours
		{ "Contact: <sip:6000@203.0.113.9:1024;hl=p>;expires=80\r\n", 400 },
		{ "Contact: <sip:6000@203.0.113.9:1024>;expires=80\r\nExpires: 50\r\n", 250 },
		// rewritten, among others: nobody knows which is ours, so the shortest one is
		{ "Contact: <sip:6000@203.0.113.9:1024>;expires=80\r\n"
		  "Contact: <sip:6000@203.0.113.9:1025>;expires=40\r\nExpires: 50\r\n",
		  200 },
		{ "Contact: <sip:6000@203.0.113.9:1024>;expires=80, "
		  "<sip:6000@203.0.113.9:1025>;expires=\"40\"\r\n",
		  200 },
		{ "Contact: <sip:6000@203.0.113.9:1025;hl=p>;expires=40\r\n"
		  "Contact: <sip:%s;hl=p>;expires=0\r\n",
		  200 },
		{ "Contact: <sip:%s;hl=p>\r\nExpires: 40\r\n", 200 },
		{ "", 9000 },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct rig *rig = registering("");
		char own[HL_ADDR_TEXT], uri[96], headers[512];

		hl_addr_format(&rig->sent[0].frame.src.addr, own);
		snprintf(uri, sizeof(uri), "6000@%s:%u", own, rig->sent[0].frame.src.port);
		size_t len = 0;
		for (const char *at = cases[k].headers; *at; at++) {
			if (at[0] == '%' && at[1] == 's') {
				len += (size_t)snprintf(headers + len, sizeof(headers) - len, "%s",
							uri);
				at++;
			} else {
				headers[len++] = *at;
			}
		}
		headers[len] = '\0';
		unsigned tenths = refresh_after(rig, headers);
		cr_expect(ge(uint, tenths, cases[k].tenths), "case %u: %u", k, tenths);
		cr_expect(le(uint, tenths, cases[k].tenths + 1), "case %u: %u", k, tenths);
		rig_free(rig);
	}
}

Test(never, expires_0_in_a_2xx)
{
	static const char *const headers[] = {
		"Expires: 0\r\n",
		"Contact: <sip:%s:%u;hl=p>;expires=0\r\nExpires: 60\r\n",
	};

	for (unsigned k = 0; k < 2; k++) {
		struct rig *rig = registering("");
		char own[HL_ADDR_TEXT], text[256];
		uint32_t line;

		hl_addr_format(&rig->sent[0].frame.src.addr, own);
		if (k == 0)
			snprintf(text, sizeof(text), "%s", headers[0]);
		else
			snprintf(text, sizeof(text),
				 "Contact: <sip:6000@%s:%u;hl=p>;expires=0\r\nExpires: 60\r\n", own,
				 rig->sent[0].frame.src.port);
		rig_answer(rig, 0, 200, text);
		cr_expect(eq(int, rig_state(rig, 0).state, HL_SW_B), "it is not registered");
		cr_expect(eq(int, rig_state(rig, 0).code, 200));
		cr_expect(eq(u32, rig->n, 2), "and no refresh at once, again and again");
		rig_answer(rig, 1, 200, "Expires: 0\r\n");
		cr_expect(eq(int, rig_state(rig, 0).state, HL_DOWN));
		cr_expect(hl_worker_armed(rig->worker, &line));
		rig_clear(rig);
		rig_pass(rig, 14 * SEC);
		cr_expect(eq(u32, rig->n, 0), "it backs off");
		rig_free(rig);
	}
}

Test(never, a_408_from_a_server)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 200, "Expires: 60\r\n");
	rig_clear(rig);
	rig_pass(rig, 31 * SEC);
	rig_answer(rig, 0, 408, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	cr_assert(eq(int, rig_state(rig, 0).code, 408));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->timeouts[HL_REGISTER]), 0));
	rig_free(rig);
}

Test(never, p_dying_between_401_and_the_retry)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 401, CHALLENGE);
	rig_pass(rig, 2100 * MS); // 0, 500, 1500 ms, and no answer
	cr_assert(eq(u32, rig->n, 5));
	for (uint32_t k = 1; k < 4; k++)
		cr_assert_str_eq(rig->sent[k].text, rig->sent[1].text);
	cr_assert_str_eq(rig_server(rig, 4), "B");
	cr_assert_str_eq(rig_header(rig, 4, "Authorization"), "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	cr_assert(eq(int, rig_state(rig, 0).code, HL_CODE_TIMEOUT));
	rig_answer(rig, 0, 401, CHALLENGE); // again, from P: too late to matter
	cr_assert(eq(u32, rig->n, 5));
	rig_answer(rig, 4, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	rig_free(rig);
}

Test(never, a_probe_reply_that_arrives_after_disable)
{
	struct rig *rig = registering("    primary_detect_interval: 5s\n");
	uint32_t probe = 0;

	rig_answer(rig, 0, 200, "");
	rig_clear(rig);
	for (int t = 0; t < 60 && rig->n == 0; t++)
		rig_pass(rig, 100 * MS);
	cr_assert(eq(int, strncmp(rig->sent[probe].text, "OPTIONS", 7), 0));
	rig_command(rig, HL_COMMAND_DISABLE);
	rig_answer(rig, rig->n - 1, 200, "Expires: 0\r\n"); // the unregister's
	cr_assert(eq(int, rig_state(rig, 0).state, HL_OFF));
	uint64_t late = rig_count(&rig_counters(rig)->drops[HL_DROP_LATE]) +
			rig_count(&rig_counters(rig)->drops[HL_DROP_DUPLICATE]);
	uint32_t sent = rig->n;
	rig_answer(rig, probe, 200, "");
	rig_answer(rig, probe, 503, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_OFF));
	cr_assert(eq(int, rig_state(rig, 0).fails, 0));
	cr_assert(eq(int, rig_state(rig, 0).oks, 0));
	cr_assert(eq(u64,
		     rig_count(&rig_counters(rig)->drops[HL_DROP_LATE]) +
			     rig_count(&rig_counters(rig)->drops[HL_DROP_DUPLICATE]),
		     late + 2));
	rig_pass(rig, 100 * SEC);
	cr_assert(eq(u32, rig->n, sent), "no probe comes after it");
	rig_free(rig);
}

Test(never, a_reply_to_a_register_that_arrives_after_disable_is_an_orphan_to_remove)
{
	struct rig *rig = registering("");

	rig_command(rig, HL_COMMAND_DISABLE);
	rig_pass(rig, 3 * SEC); // the unregister is not answered
	rig_clear(rig);
	cr_assert(eq(u32, hl_worker_unsettled(rig->worker), 0));
	rig_free(rig);

	rig = registering("");
	rig_command(rig, HL_COMMAND_DISABLE);
	uint32_t bye = rig->n - 1;
	rig_answer(rig, bye, 200, "");
	rig_answer(rig, 0, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_OFF));
	cr_assert_str_eq(rig_header(rig, rig->n - 1, "Expires"), "0");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->orphans), 1));
	rig_free(rig);
}

// A registrar refuses a lower CSeq with the same Call-ID (RFC 3261 10.3, step 7): a new boot starts
// at the same number, so it must not come with the same Call-ID.
Test(never, restart_with_a_lower_cseq)
{
	char call_id[2][64];

	for (int boot = 0; boot < 2; boot++) {
		rig_boot_key[0] = 11 + (uint64_t)boot;
		struct rig *rig = registering("");

		snprintf(call_id[boot], sizeof(call_id[boot]), "%s", rig_header(rig, 0, "Call-ID"));
		cr_assert_str_eq(rig_header(rig, 0, "CSeq"), "1000000001 REGISTER");
		rig_free(rig);
	}
	cr_assert_str_neq(call_id[0], call_id[1]);
}

Test(never, a_refused_cseq_is_a_failure_of_the_server_not_of_the_account)
{
	struct rig *rig = registering("");

	rig_answer(rig, 0, 500, ""); // RFC 3261 10.3: the update MUST be aborted
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	rig_free(rig);
}

Test(never, both_down_and_only_b_back)
{
	struct rig *rig = registering("    backoff_base: 2s\n    backoff_max: 4s\n");
	uint32_t line;

	for (int round = 0; round < 60 && rig_state(rig, 0).state != HL_ON_B; round++) {
		rig_clear(rig);
		rig_pass(rig, 500 * MS);
		cr_assert(hl_worker_armed(rig->worker, &line));
		if (round < 20)
			continue;
		for (uint32_t k = 0; k < rig->n; k++)
			if (strcmp(rig_server(rig, k), "B") == 0) {
				rig_answer(rig, k, 200, "");
				break;
			}
	}
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	rig_free(rig);
}

Test(never, giving_up_for_ever)
{
	struct rig *rig = registering("");

	for (int hour = 0; hour < 12; hour++) {
		rig_clear(rig);
		rig_pass(rig, 3600 * SEC);
		cr_assert(gt(u32, rig->n, 3), "hour %d", hour);
	}
	rig_free(rig);
}

// On B with a grant of so many seconds; P answers the next probe, so that a return begins. *granted:
// when B has granted.
static struct rig *returning(const char *extra, const char *grant, uint64_t *granted)
{
	char profile[256];

	snprintf(profile, sizeof(profile),
		 "    primary_detect_interval: 1s\n    prefer_primary: on\n%s", extra);
	struct rig *rig = registering(profile);

	rig_answer(rig, 0, 503, "");
	rig_answer(rig, 1, 200, grant);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	*granted = rig->now_ns;
	rig_clear(rig);
	rig_pass(rig, 1100 * MS);
	cr_assert_str_eq(rig_server(rig, 0), "P");
	rig_answer(rig, 0, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_P));
	return rig;
}

static uint32_t last_register(const struct rig *rig)
{
	uint32_t k = rig->n - 1;

	while (k > 0 && strncmp(rig->sent[k].text, "REGISTER", 8) != 0)
		k--;
	return k;
}

// P answers probes, but not REGISTER, which is given up after 32 s only: by then what B has granted
// is over.
Test(never, a_return_that_hangs_never_costs_the_registration_at_b)
{
	static const struct {
		const char *grant;
		uint64_t granted_ms;
	} cases[] = { { "Expires: 60\r\n", 60000 },
		      { "Expires: 40\r\n", 40000 },
		      { "Expires: 8\r\n", 8000 } };

	for (unsigned k = 0; k < 3; k++) {
		uint64_t granted, refreshed = 0;
		struct rig *rig = returning("    register_timeout: 0\n    refresh_min: 1\n",
					    cases[k].grant, &granted);

		for (uint64_t t = 0; t < cases[k].granted_ms && !refreshed; t += 100) {
			rig_clear(rig);
			rig_pass(rig, 100 * MS);
			for (uint32_t n = 0; n < rig->n && !refreshed; n++)
				if (strcmp(rig_server(rig, n), "B") == 0)
					refreshed = rig->sent[n].at_ns - granted;
		}
		cr_expect(ge(u64, refreshed, cases[k].granted_ms / 2 * MS), "not refreshed early");
		cr_expect(le(u64, refreshed, (cases[k].granted_ms * 3 / 4 + 1) * MS), "%llu ms",
			  (unsigned long long)(refreshed / MS));
		cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_B));
		cr_expect(eq(int, rig_state(rig, 0).code, HL_CODE_TIMEOUT), "ours, not P's");
		cr_expect(eq(u64, rig_count(&rig_counters(rig)->timeouts[HL_REGISTER]), 1));
		rig_free(rig);
	}
}

// One challenge after the other takes its time, too; and a return that succeeds has no end to come.
Test(never, a_return_by_slow_challenges_gives_way_to_the_refresh_at_b)
{
	for (unsigned answers = 1; answers <= 2; answers++) {
		uint64_t granted;
		struct rig *rig = returning(
			"    register_timeout: 8s\n    max_detect_fail_count: 62\n",
			"Expires: 20\r\n", &granted);

		rig_pass(rig, 7 * SEC);
		rig_answer(rig, last_register(rig), 401, CHALLENGE);
		cr_assert_str_neq(rig_header(rig, rig->n - 1, "Authorization"), "");
		if (answers == 2)
			rig_answer(rig, rig->n - 1, 200, "Expires: 20\r\n");
		rig_pass(rig, 14900 * MS - (rig->now_ns - granted));
		cr_expect(eq(int, rig_state(rig, 0).state, answers == 2 ? HL_ON_P : HL_SW_P));
		rig_pass(rig, 200 * MS); // three quarters of the grant
		cr_expect(eq(int, rig_state(rig, 0).state, answers == 2 ? HL_ON_P : HL_ON_B));
		rig_free(rig);
	}
}
