// SPDX-License-Identifier: BSD-3-Clause
// What a profile makes of answers: codes, credentials, full registrations (FAILOVER.md sections 1 and 2).
#include "policy.h"

Test(policy, down_codes_503_is_a_failed_probe_and_all_else_is_alive)
{
	static const struct {
		unsigned status;
		enum hl_line_state state;
	} cases[] = {
		{ 200, HL_ON_P }, { 401, HL_ON_P }, { 404, HL_ON_P }, { 405, HL_ON_P },
		{ 408, HL_ON_P }, { 480, HL_ON_P }, { 500, HL_ON_P }, { 501, HL_ON_P },
		{ 503, HL_SW_B }, { 603, HL_ON_P },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct rig *rig = registered(PROBED);

		answer_probe(rig, cases[k].status, "");
		cr_expect(eq(int, rig_state(rig, 0).state, cases[k].state), "%u", cases[k].status);
		rig_free(rig);
	}
}

Test(policy, down_codes_of_the_profile_replace_the_default)
{
	static const struct {
		unsigned status;
		enum hl_line_state state;
	} cases[] = { { 200, HL_ON_P }, { 404, HL_SW_B }, { 500, HL_SW_B }, { 503, HL_ON_P } };

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct rig *rig = registered(PROBED "    down_codes: 404,500\n");

		answer_probe(rig, cases[k].status, "");
		cr_expect(eq(int, rig_state(rig, 0).state, cases[k].state), "%u", cases[k].status);
		rig_free(rig);
	}
}

Test(policy, alive_codes_are_the_only_signs_of_life)
{
	static const struct {
		unsigned status;
		enum hl_line_state state;
	} cases[] = { { 200, HL_ON_P }, { 202, HL_SW_B }, { 401, HL_ON_P },
		      { 404, HL_SW_B }, { 481, HL_ON_P }, { 499, HL_ON_P },
		      { 500, HL_SW_B }, { 503, HL_SW_B }, { 699, HL_SW_B } };

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct rig *rig = registered(PROBED "    alive_codes: 200,401,480-499\n");

		answer_probe(rig, cases[k].status, "");
		cr_expect(eq(int, rig_state(rig, 0).state, cases[k].state), "%u", cases[k].status);
		rig_free(rig);
	}
}

Test(policy, a_503_with_retry_after_to_a_probe_is_no_sign_of_health)
{
	struct rig *rig = registered(PROBED "    prefer_primary: on\n");

	answer_probe(rig, 503, "Retry-After: 60\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	cr_assert(eq(int, rig_state(rig, 0).code, 503));
	rig_answer(rig, find(rig, 0, "REGISTER", "B"), 200, "");
	answer_probe(rig, 503, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	answer_probe(rig, 200, ""); // alive again: it need not be left alone any longer
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_P));
	rig_free(rig);
}

Test(policy, failover_codes_switch_where_a_rejection_would_park)
{
	static const struct {
		unsigned status;
		enum hl_line_state state;
	} cases[] = {
		{ 403, HL_SW_B }, { 404, HL_PARK }, { 603, HL_SW_B },
		{ 600, HL_PARK }, { 300, HL_SW_B }, { 305, HL_PARK },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct rig *rig = rig_new("    failover_codes: 300,403,603\n", 1);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, cases[k].status, "");
		cr_expect(eq(int, rig_state(rig, 0).state, cases[k].state), "%u", cases[k].status);
		cr_expect(eq(int, rig_state(rig, 0).code, (int)cases[k].status));
		rig_free(rig);
	}
}

Test(policy, failover_codes_hold_for_refused_credentials_too)
{
	struct rig *rig = rig_new("    failover_codes: 401\n", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 401, CHALLENGE);
	rig_answer(rig, 1, 401, CHALLENGE);
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	cr_assert_str_eq(rig_server(rig, 2), "B");
	rig_free(rig);
}

Test(policy, initial_register_with_auth_uses_the_nonce_of_that_server)
{
	static const char *const extra[] = { "    initial_register_with_auth: off\n",
					     "    initial_register_with_auth: on\n" };

	for (int on = 0; on < 2; on++) {
		struct rig *rig = rig_new(extra[on], 1);

		rig_command(rig, HL_COMMAND_ENABLE);
		cr_expect(not(has_credentials(rig, 0)), "no nonce is known");
		rig_answer(rig, 0, 401, CHALLENGE);
		rig_answer(rig, 1, 200, "");
		rig_clear(rig);
		rig_command(rig, HL_COMMAND_FORCE_B);
		cr_assert_str_eq(rig_server(rig, 0), "B");
		cr_expect(not(has_credentials(rig, 0)), "P's nonce is not carried to B");
		rig_answer(rig, 0, 200, "");
		rig_clear(rig);
		rig_command(rig, HL_COMMAND_FORCE_P);
		cr_assert_str_eq(rig_server(rig, 0), "P");
		cr_expect(eq(int, has_credentials(rig, 0), on), "back at P");
		if (on)
			cr_expect_not_null(
				strstr(rig_header(rig, 0, "Authorization"), "nc=00000002"));
		rig_free(rig);
	}
}

Test(policy, full_registration_gives_each_refresh_a_new_call_id_and_no_credentials)
{
	struct rig *rig = rig_new("    full_registration: on\n    remove_last_registration: on\n",
				  1);
	char first[64], second[64], third[64], bye[64];

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 401, CHALLENGE);
	call_id(rig, 0, first);
	call_id(rig, 1, second);
	cr_assert_str_eq(first, second, "the retry with credentials is the same registration");
	rig_answer(rig, 1, 200, "Expires: 60\r\n");
	rig_clear(rig);
	rig_pass(rig, 31 * SEC);
	call_id(rig, 0, second);
	cr_assert_str_neq(first, second);
	cr_assert(not(has_credentials(rig, 0)));
	cr_assert_str_eq(rig_header(rig, 0, "CSeq"), "1000000003 REGISTER", "it goes on rising");
	call_id(rig, 1, third);
	cr_assert_str_eq(second, third, "a retransmission is the same bytes");
	rig_answer(rig, 0, 401, CHALLENGE);
	rig_answer(rig, rig->n - 1, 200, "Expires: 60\r\n");
	rig_clear(rig);
	rig_command(rig, HL_COMMAND_DISABLE);
	call_id(rig, 0, bye);
	cr_assert_str_eq(rig_header(rig, 0, "Expires"), "0");
	cr_assert_str_eq(bye, second, "the last registration is the one to end");
	rig_free(rig);
}

Test(policy, without_full_registration_the_call_id_stays)
{
	struct rig *rig = registered("");
	char first[64], second[64];

	rig_pass(rig, 61 * SEC);
	call_id(rig, 0, first);
	rig_answer(rig, 0, 200, "Expires: 120\r\n");
	rig_clear(rig);
	rig_pass(rig, 61 * SEC);
	call_id(rig, 0, second);
	cr_assert_str_eq(first, second);
	rig_free(rig);
}

Test(policy, class_423_asks_again_once_for_each_registration)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 423, "Min-Expires: 3600\r\n");
	cr_assert_str_eq(rig_header(rig, 1, "Expires"), "3600");
	rig_answer(rig, 1, 200, "Expires: 3600\r\n");
	rig_clear(rig);
	rig_pass(rig, 1801 * SEC);
	cr_assert_str_eq(rig_header(rig, 0, "Expires"), "3600", "what is known is asked for");
	rig_answer(rig, 0, 423, "Min-Expires: 7200\r\n"); // it wants more by now
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	cr_assert_str_eq(rig_header(rig, rig->n - 1, "Expires"), "7200");
	rig_answer(rig, rig->n - 1, 423, "Min-Expires: 7300\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_PARK));
	rig_free(rig);
}

Test(policy, class_423_without_a_longer_time_is_a_rejection)
{
	static const char *const headers[] = { "", "Min-Expires: 1800\r\n", "Min-Expires: 60\r\n",
					       "Min-Expires: 4000000000\r\n" };

	for (unsigned k = 0; k < sizeof(headers) / sizeof(headers[0]); k++) {
		struct rig *rig = rig_new("", 1);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, 423, headers[k]);
		cr_expect(eq(int, rig_state(rig, 0).state, HL_PARK), "%s", headers[k]);
		cr_expect(eq(u32, rig->n, 1));
		rig_free(rig);
	}
}

Test(policy, class_480_is_temporary_and_holds_nothing_by_itself)
{
	struct rig *rig = rig_new("    backoff_base: 1s\n    backoff_max: 2s\n", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 480, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	rig_clear(rig);
	rig_pass(rig, 6 * SEC); // B fails too, and the new cycle begins with P
	cr_assert(lt(u32, find(rig, 0, "REGISTER", "P"), rig->n));
	rig_free(rig);
}

// 430, 439, 482, 483, 405, 491 and their like speak of the path, not of the account: B is tried.
Test(policy, codes_that_speak_of_the_path_fail_over_and_those_of_the_account_park)
{
	static const unsigned of_the_path[] = { 405, 408, 430, 439, 440, 480,
						481, 482, 483, 486, 487, 491 };

	for (unsigned status = 400; status < 700; status++) {
		bool fails = status / 100 == 5;

		for (unsigned k = 0; k < sizeof(of_the_path) / sizeof(of_the_path[0]); k++)
			fails |= of_the_path[k] == status;
		if (status == 401 || status == 407)
			continue;
		struct rig *rig = rig_new("", 1);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, status, "");
		cr_expect(eq(int, rig_state(rig, 0).state, fails ? HL_SW_B : HL_PARK), "%u",
			  status);
		cr_expect(eq(int, rig_state(rig, 0).code, (int)status));
		rig_free(rig);
	}
}

Test(policy, failover_codes_may_be_ranges_and_classes)
{
	static const struct {
		unsigned status;
		enum hl_line_state state;
	} cases[] = {
		{ 403, HL_PARK }, { 409, HL_PARK }, { 410, HL_SW_B }, { 415, HL_SW_B },
		{ 420, HL_SW_B }, { 421, HL_PARK }, { 600, HL_SW_B }, { 699, HL_SW_B },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct rig *rig = rig_new("    failover_codes: 410-420, 6xx\n", 1);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, cases[k].status, "");
		cr_expect(eq(int, rig_state(rig, 0).state, cases[k].state), "%u", cases[k].status);
		rig_free(rig);
	}
}

static struct hl_event last_event(struct rig *rig)
{
	struct hl_event event = { 0 }, next;

	while (hl_worker_events(rig->worker, &next, 1) == 1)
		event = next;
	return event;
}

Test(policy, a_received_408_is_told_from_a_local_time_out)
{
	struct rig *rig = rig_new("", 1);
	const struct hl_counters *c = rig_counters(rig);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 408, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
	cr_assert(eq(int, rig_state(rig, 0).code, 408));
	cr_assert(eq(int, last_event(rig).code, 408));
	cr_assert(eq(u64, rig_count(&c->timeouts[HL_REGISTER]), 0));
	cr_assert(eq(u64, rig_count(&c->responses[4]), 1));
	rig_pass(rig, 2100 * MS); // B does not answer
	cr_assert(eq(int, rig_state(rig, 0).state, HL_DOWN));
	cr_assert(eq(int, rig_state(rig, 0).code, HL_CODE_TIMEOUT));
	cr_assert(eq(int, last_event(rig).code, HL_CODE_TIMEOUT));
	cr_assert(eq(u64, rig_count(&c->timeouts[HL_REGISTER]), 1));
	cr_assert(eq(u64, rig_count(&c->responses[4]), 1));
	rig_free(rig);
}

Test(policy, refresh_min_bounds_how_often_a_short_grant_makes_a_line_ask)
{
	static const struct {
		const char *keys, *granted;
		uint64_t due_ms;
		unsigned counted;
	} cases[] = {
		{ "", "Expires: 1\r\n", 5000, 1 },
		{ "", "Expires: 9\r\n", 5000, 1 },
		{ "", "Expires: 10\r\n", 5000, 0 },
		{ "", "Expires: 40\r\n", 20000, 0 },
		{ "    refresh_min: 2\n", "Expires: 1\r\n", 2000, 1 },
		{ "    register_refresh_interval: 4\n", "Expires: 4\r\n", 2000, 0 }, // as asked for
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct rig *rig = rig_new(cases[k].keys, 1);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, 200, cases[k].granted);
		rig_clear(rig);
		uint64_t from = rig->now_ns;
		while (rig->n == 0 && rig->now_ns < from + 100 * SEC)
			rig_pass(rig, 50 * MS);
		cr_expect(le(u64, rig->now_ns - from, (cases[k].due_ms + 200) * MS), "case %u", k);
		cr_expect(ge(u64, rig->now_ns - from, cases[k].due_ms * 7 / 10 * MS), "case %u", k);
		cr_expect(eq(u64, rig_count(&rig_counters(rig)->short_grants), cases[k].counted),
			  "case %u", k);
		rig_free(rig);
	}
}

// Min-Expires belongs to the server that demanded it, and more than a day is not obeyed.
Test(policy, min_expires_is_obeyed_at_its_server_alone_and_up_to_a_day)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 423, "Min-Expires: 86400\r\n");
	cr_assert(eq(u32, rig->n, 2));
	cr_expect_str_eq(rig_header(rig, 1, "Expires"), "86400");
	rig_answer(rig, 1, 500, "");
	cr_assert_str_eq(rig_server(rig, 2), "B");
	cr_expect_str_neq(rig_header(rig, 2, "Expires"), "86400");
	rig_answer(rig, 2, 423, "Min-Expires: 86401\r\n");
	cr_expect(eq(u64, rig_count(&rig_counters(rig)->long_min_expires), 1));
	cr_expect(eq(u32, rig->n, 3));
	rig_free(rig);
}

// Probes that are now lost, now answered, while each REGISTER is refused: no more REGISTERs than twice
// those without probes.
Test(policy, registers_refused_are_few_though_probes_come_and_go)
{
	static const char *const retry_afters[] = { "", "Retry-After: 140000\r\n" };

	for (unsigned k = 0; k < 2; k++) {
		struct rig *rig = rig_new(PROBED, 1);
		uint32_t n = 0;

		rig_command(rig, HL_COMMAND_ENABLE);
		for (int t = 0; t < 36000; t++) {
			for (uint32_t at = 0; at < rig->n; at++) {
				if (strncmp(rig->sent[at].text, "REGISTER", 8) == 0) {
					n++;
					rig_answer(rig, at, 503, retry_afters[k]);
				} else if (t % 200 < 100) {
					rig_answer(rig, at, 200, "");
				}
			}
			rig_clear(rig);
			rig_pass(rig, 100 * MS);
		}
		cr_expect(le(u32, n, 2 * 20), "%u REGISTERs in an hour", n);
		rig_free(rig);
	}
}
