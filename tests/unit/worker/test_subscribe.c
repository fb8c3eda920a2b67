// SPDX-License-Identifier: BSD-3-Clause
// register_subscribe: the subscription to the line's own registration (RFC 3680, RFC 6665).
#include "subscribe.h"

Test(subscribe, subscribe_is_what_rfc3680_wants)
{
	struct rig *rig = asked(SUBSCRIBE_1000_S);

	cr_assert(contains(rig->sent[1].text, "SUBSCRIBE sip:6000@10.99.0.1 SIP/2.0\r\n"));
	cr_assert_str_eq(rig_server(rig, 1), "P");
	cr_assert_str_eq(rig_header(rig, 1, "Event"), "reg");
	cr_assert_str_eq(rig_header(rig, 1, "Accept"), "application/reginfo+xml");
	cr_assert_str_eq(rig_header(rig, 1, "Expires"), "1000");
	cr_assert_str_eq(rig_header(rig, 1, "CSeq"), "1000000002 SUBSCRIBE");
	cr_assert(contains(rig_header(rig, 1, "To"), "sip:6000@10.99.0.1>"));
	cr_assert_not(contains(rig_header(rig, 1, "To"), ";tag="));
	cr_assert(contains(rig_header(rig, 1, "Contact"), "sip:6000@10.99.1."));
	char call_id[64];
	snprintf(call_id, sizeof(call_id), "%s", rig_header(rig, 0, "Call-ID"));
	cr_assert_str_neq(rig_header(rig, 1, "Call-ID"), call_id);
	rig_free(rig);
}

Test(subscribe, the_interval_of_rfc3680_is_asked_for_when_none_is_given)
{
	struct rig *rig = asked("    register_subscribe: on\n");

	cr_assert_str_eq(rig_header(rig, 1, "Expires"), "3761");
	rig_free(rig);
}

Test(subscribe, no_subscribe_when_it_is_off)
{
	struct rig *rig = rig_new("    nat_keepalive_interval: 10\n", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "");
	rig_pass(rig, 100 * SEC);
	cr_assert(eq(u32, subscribes(rig), 0));
	rig_free(rig);
}

Test(subscribe, subscription_is_refreshed_at_half_of_the_grant_in_its_dialog)
{
	struct rig *rig = asked(SUBSCRIBE_1000_S);
	char call_id[64], from[128];

	grant(rig, "Expires: 600\r\n" CONTACT);
	snprintf(call_id, sizeof(call_id), "%s", rig_header(rig, 1, "Call-ID"));
	snprintf(from, sizeof(from), "%s", rig_header(rig, 1, "From"));
	rig_clear(rig);
	rig_pass(rig, 299 * SEC);
	cr_assert(eq(u32, rig->n, 0));
	rig_pass(rig, 2 * SEC);
	uint32_t k = last(rig);
	cr_assert(contains(rig->sent[k].text, "SUBSCRIBE sip:reg@10.99.0.1:5080;x=y SIP/2.0\r\n"),
		  "the Contact of the 2xx is the target:\n%s", rig->sent[k].text);
	cr_assert(contains(rig_header(rig, k, "To"), "@10.99.0.1>;tag=srv-1"));
	cr_assert_str_eq(rig_header(rig, k, "Call-ID"), call_id);
	cr_assert_str_eq(rig_header(rig, k, "From"), from);
	cr_assert_str_eq(rig_header(rig, k, "Expires"), "1000");
	cr_assert(contains(rig_header(rig, k, "CSeq"), "1000000003 SUBSCRIBE"));
	cr_assert_str_eq(rig_server(rig, k), "P");
	rig_answer(rig, k, 200, "Expires: 1000\r\n");
	rig_clear(rig);
	rig_pass(rig, 499 * SEC);
	cr_assert(eq(u32, rig->n, 0));
	rig_pass(rig, 2 * SEC);
	cr_assert(eq(u32, subscribes(rig), 3));
	rig_free(rig);
}

Test(subscribe, unanswered_subscribe_is_sent_again_with_the_same_bytes_and_later_anew)
{
	struct rig *rig = asked(SUBSCRIBE_1000_S "    backoff_base: 30\n");

	rig_pass(rig, 1900 * MS);
	cr_assert(eq(u32, rig->n, 4));
	cr_assert_str_eq(rig->sent[3].text, rig->sent[1].text);
	rig_clear(rig);
	rig_pass(rig, 14 * SEC);
	cr_assert(eq(u32, rig->n, 0), "a backoff is at least half of its base");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->timeouts[HL_SUBSCRIBE]), 1));
	rig_pass(rig, 20 * SEC);
	cr_assert(eq(u32, subscribes(rig), 2));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P), "it never moves the line");
	rig_free(rig);
}

Test(subscribe, challenge_is_answered_with_a_digest_of_subscribe)
{
	struct rig *rig = asked(SUBSCRIBE_1000_S);

	rig_answer(rig, last(rig), 401, CHALLENGE("n1"));
	uint32_t k = last(rig);
	const char *auth = rig_header(rig, k, "Authorization");
	char response[33] = "", want[33], cnonce[7] = "", line[128];
	cr_assert(contains(auth, "uri=\"sip:6000@10.99.0.1\"") && contains(auth, "nc=00000001"),
		  "%s", auth);
	memcpy(response, strstr(auth, "response=\"") + 10, 32);
	memcpy(cnonce, strstr(auth, "cnonce=\"") + 8, 6);
	md5_text("6000:lab:secret", want);
	snprintf(line, sizeof(line), "%s:n1:00000001:%s:auth:", want, cnonce);
	md5_text("SUBSCRIBE:sip:6000@10.99.0.1", want);
	strcat(line, want);
	md5_text(line, want);
	cr_assert_str_eq(response, want);
	cr_assert_str_eq(rig_header(rig, k, "CSeq"), "1000000003 SUBSCRIBE");
	rig_free(rig);
}

Test(subscribe, each_nonce_is_answered_once)
{
	struct rig *rig = asked(SUBSCRIBE_1000_S);

	rig_answer(rig, last(rig), 401, CHALLENGE("n1"));
	cr_assert(eq(u32, subscribes(rig), 2));
	rig_answer(rig, last(rig), 401, CHALLENGE("n1")); // refused
	cr_assert(eq(u32, subscribes(rig), 2));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_pass(rig, 31 * SEC);
	cr_assert(eq(u32, subscribes(rig), 3));
	rig_free(rig);
}

Test(subscribe, endless_new_nonces_end_in_a_backoff)
{
	struct rig *rig = asked(SUBSCRIBE_1000_S);
	char challenge[128];

	for (int k = 0; k < 20; k++) {
		uint32_t before = subscribes(rig);

		snprintf(challenge, sizeof(challenge), CHALLENGE("n%d"), k);
		rig_answer(rig, last(rig), 401, challenge);
		if (subscribes(rig) == before)
			break;
	}
	cr_assert(eq(u32, subscribes(rig), 3), "as many as an attempt to register sends");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

Test(subscribe, a_remembered_nonce_that_is_refused_is_left_out_once)
{
	static const unsigned refusals[] = { 403, 400, 603 };

	for (unsigned k = 0; k < sizeof(refusals) / sizeof(refusals[0]); k++) {
		struct rig *rig = asked(SUBSCRIBE_1000_S);

		rig_answer(rig, last(rig), 401, CHALLENGE("n1"));
		grant(rig, "Expires: 1000\r\n" CONTACT);
		rig_pass(rig, 501 * SEC);
		cr_assert(eq(u32, subscribes(rig), 3));
		cr_assert(contains(rig->sent[last(rig)].text, "nonce=\"n1\""));
		rig_answer(rig, last(rig), refusals[k], "");
		cr_assert(eq(u32, subscribes(rig), 4));
		cr_assert_not(contains(rig->sent[last(rig)].text, "Authorization"));
		rig_answer(rig, last(rig), 401, CHALLENGE("n2"));
		cr_assert(eq(u32, subscribes(rig), 5));
		cr_assert(contains(rig->sent[last(rig)].text, "nonce=\"n2\""));
		rig_answer(rig, last(rig), refusals[k], "");
		cr_assert(eq(u32, subscribes(rig), 5));
		cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
		rig_free(rig);
	}
}

Test(subscribe, a_server_without_the_event_package_is_not_asked_twice)
{
	struct rig *rig = asked(SUBSCRIBE_1000_S);

	rig_answer(rig, last(rig), 401, CHALLENGE("n1"));
	grant(rig, "Expires: 1000\r\n" CONTACT);
	rig_pass(rig, 501 * SEC);
	rig_answer(rig, last(rig), 489, "");
	cr_assert(eq(u32, subscribes(rig), 3));
	rig_free(rig);
}

Test(subscribe, subscribe_waits_for_a_register_at_the_same_server)
{
	struct rig *rig = rig_new(SUBSCRIBE_1000_S "    register_refresh_interval: 100\n", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 401, CHALLENGE("n1"));
	rig_answer(rig, 1, 200, "Expires: 100\r\n");
	grant(rig, "Expires: 98\r\n" CONTACT); // due 1 s before the refresh
	rig_clear(rig);
	rig_pass(rig, 49500 * MS);
	cr_assert(eq(u32, last(rig), 0)); // unanswered for now
	char first[HL_FRAME_MAX];
	snprintf(first, sizeof(first), "%s", rig_header(rig, 0, "Authorization"));
	cr_assert(contains(first, "nc=00000003"), "%s", first);
	uint32_t sent = subscribes(rig);
	rig_clear(rig);
	rig_pass(rig, 1200 * MS); // the refresh leaves
	uint32_t reg = 0;
	while (reg < rig->n && strncmp(rig->sent[reg].text, "REGISTER", 8) != 0)
		reg++;
	cr_assert(lt(u32, reg, rig->n));
	for (uint32_t k = reg; k < rig->n; k++)
		cr_assert(ne(int, strncmp(rig->sent[k].text, "SUBSCRIBE", 9), 0));
	rig_answer(rig, reg, 200, "Expires: 100\r\n");
	cr_assert(eq(u32, subscribes(rig), sent + 1), "anew behind the REGISTER");
	cr_assert(contains(rig_header(rig, last(rig), "Authorization"), "nc=00000005"));
	rig_free(rig);
}

Test(subscribe, unknown_subscription_481_begins_a_new_one)
{
	struct rig *rig = subscribed(SUBSCRIBE_1000_S);
	char call_id[64];

	snprintf(call_id, sizeof(call_id), "%s", rig_header(rig, 1, "Call-ID"));
	rig_pass(rig, 501 * SEC);
	rig_answer(rig, last(rig), 481, "");
	cr_assert(eq(u32, subscribes(rig), 3));
	cr_assert_not(contains(rig_header(rig, last(rig), "To"), ";tag="));
	cr_assert(contains(rig->sent[last(rig)].text, "SUBSCRIBE sip:6000@10.99.0.1 SIP/2.0\r\n"));
	cr_assert_str_neq(rig_header(rig, last(rig), "Call-ID"), call_id);
	rig_answer(rig, last(rig), 481, ""); // no subscription that could be unknown
	cr_assert(eq(u32, subscribes(rig), 3), "then it is a failure as any other");
	rig_free(rig);
}

Test(subscribe, interval_too_brief_423_is_asked_again_once)
{
	struct rig *rig = asked(SUBSCRIBE_1000_S);

	rig_answer(rig, last(rig), 423, "Min-Expires: 2000\r\n");
	cr_assert_str_eq(rig_header(rig, last(rig), "Expires"), "2000");
	rig_answer(rig, last(rig), 423, "Min-Expires: 3000\r\n");
	cr_assert(eq(u32, subscribes(rig), 2));
	rig_free(rig);
}

Test(subscribe, failures_back_off_and_never_move_the_line)
{
	static const unsigned codes[] = { 403, 404, 408, 489, 500, 501, 503, 603 };

	for (unsigned c = 0; c < sizeof(codes) / sizeof(codes[0]); c++) {
		struct rig *rig = asked(SUBSCRIBE_1000_S);

		rig_answer(rig, last(rig), codes[c], "");
		cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P), "%u", codes[c]);
		rig_pass(rig, 14 * SEC);
		cr_expect(eq(u32, subscribes(rig), 1), "%u: not at once", codes[c]);
		rig_pass(rig, 17 * SEC);
		cr_expect(eq(u32, subscribes(rig), 2), "%u: but later", codes[c]);
		rig_answer(rig, last(rig), codes[c], "");
		rig_pass(rig, 29 * SEC);
		cr_expect(eq(u32, subscribes(rig), 2), "%u: later still", codes[c]);
		rig_free(rig);
	}
}

Test(subscribe, retry_after_is_waited_for)
{
	struct rig *rig = asked(SUBSCRIBE_1000_S);

	rig_answer(rig, last(rig), 503, "Retry-After: 200\r\n");
	rig_pass(rig, 199 * SEC);
	cr_assert(eq(u32, subscribes(rig), 1));
	rig_pass(rig, 3 * SEC);
	cr_assert(eq(u32, subscribes(rig), 2));
	rig_free(rig);
}

Test(subscribe, subscription_follows_the_active_server)
{
	struct rig *rig = subscribed(SUBSCRIBE_1000_S);

	rig_clear(rig);
	rig_command(rig, HL_COMMAND_FORCE_B);
	cr_assert(eq(u32, subscribes(rig), 1));
	rig_answer(rig, 0, 200, "");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_B));
	cr_assert(eq(u32, subscribes(rig), 2));
	cr_assert_str_eq(rig_server(rig, last(rig)), "B");
	cr_assert_not(contains(rig_header(rig, last(rig), "To"), ";tag="));
	cr_assert(contains(rig_header(rig, last(rig), "Contact"), ";hl=b"));
	rig_free(rig);
}

Test(subscribe, a_line_that_stops_lets_its_subscription_lapse)
{
	struct rig *rig = subscribed(SUBSCRIBE_1000_S);

	rig_clear(rig);
	rig_command(rig, HL_COMMAND_DISABLE);
	rig_answer(rig, 0, 200, "");
	rig_pass(rig, 2000 * SEC);
	cr_assert(eq(u32, subscribes(rig), 1));
	rig_free(rig);
}

Test(subscribe, tag_and_contact_that_do_not_fit_begin_a_new_subscription_each_time)
{
	struct rig *rig = asked(SUBSCRIBE_1000_S);
	char to[256];

	snprintf(to, sizeof(to), "@10.99.0.1>;tag=%0150d\r\nCall-ID", 7);
	rig_answer_changed(rig, last(rig), 200, "Expires: 100\r\n", "@10.99.0.1>\r\nCall-ID", to);
	rig_pass(rig, 51 * SEC);
	cr_assert(eq(u32, subscribes(rig), 2));
	cr_assert_not(contains(rig_header(rig, last(rig), "To"), ";tag="));
	rig_free(rig);
}

Test(subscribe, contact_with_odd_characters_is_never_a_request_uri)
{
	struct rig *rig = asked(SUBSCRIBE_1000_S);

	grant(rig, "Expires: 100\r\nContact: <sip:a b@10.99.0.1>\r\n");
	rig_pass(rig, 51 * SEC);
	cr_assert(contains(rig->sent[last(rig)].text, "SUBSCRIBE sip:6000@10.99.0.1 SIP/2.0\r\n"));
	cr_assert(contains(rig_header(rig, last(rig), "To"), ";tag=srv-1"));
	rig_free(rig);
}

// Whatever a server dictates, there is no more than one SUBSCRIBE in refresh_min, and the next one comes
// within half of what is asked or retry_after_max.
Test(subscribe, times_that_a_server_dictates_are_bounded)
{
	static const char *const grants[] = { "1", "2", "9", "10", "4294967295", "99999999999" };

	for (unsigned k = 0; k < sizeof(grants) / sizeof(grants[0]); k++) {
		struct rig *rig = asked(SUBSCRIBE_1000_S "    refresh_min: 5s\n");
		char headers[128];

		snprintf(headers, sizeof(headers), "Expires: %s\r\n" CONTACT, grants[k]);
		for (int n = 0; n < 600; n++) { // a minute
			uint32_t before = subscribes(rig);

			rig_clear(rig);
			rig_pass(rig, 100 * MS);
			if (subscribes(rig) != before)
				grant(rig, headers);
		}
		cr_expect(le(u32, subscribes(rig), 13), "%s: %u", grants[k], subscribes(rig));
		rig_free(rig);
	}
}
