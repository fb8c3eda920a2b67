// SPDX-License-Identifier: BSD-3-Clause
// Servers that differ from a plain one: a common store, nonces for one request, other Contacts.
#include <criterion/criterion.h>
#include <string.h>

#include "registrar/rig.h"

static struct rig rig;

static void start(bool shared, bool once, bool rewrite, bool foreign, const char *password)
{
	struct hl_registrar_config config;

	rig_config(&config);
	config.shared_store = shared;
	config.one_time_nonces = once;
	config.rewrite_contacts = rewrite;
	config.foreign_contacts = foreign;
	config.password = password;
	rig_start(&rig, &config);
}

static void put(uint32_t server, enum hl_fault fault, uint32_t value)
{
	cr_assert_eq(hl_registrar_fault(rig.r, server, fault, value, NULL), 0);
}

static uint32_t contacts(uint32_t server, const char *with)
{
	return hl_registrar_contacts(rig.r, server, "6000@10.0.0.1", with, rig.now_ns);
}

Test(pair, a_shared_store_matches_on_the_contact_alone)
{
	start(true, false, false, false, NULL);
	rig_register(&rig, 0, &(struct wish){ .call_id = "at-p" });
	cr_assert_eq(contacts(1, NULL), 1, "bound by way of P, seen at B");
	rig_register(&rig, 1,
		     &(struct wish){ .call_id = "at-b",
				     .contacts = "Contact: <sip:6000@10.1.0.7:50001;hl=b>\r\n" });
	cr_assert_eq(contacts(0, NULL), 2);
	cr_assert_eq(contacts(0, ";hl=b"), 1);
	rig_register(&rig, 0, &(struct wish){ .call_id = "at-p", .cseq = 2, .expires = "0" });
	cr_assert_eq(contacts(1, ";hl=p"), 0);
	cr_assert_eq(contacts(1, ";hl=b"), 1);
	// without the parameter it is the same binding, and this would have removed it
	rig_register(&rig, 0,
		     &(struct wish){ .call_id = "at-p",
				     .cseq = 3,
				     .expires = "0",
				     .contacts = "Contact: <sip:6000@10.1.0.7:50001;hl=b>\r\n" });
	cr_assert_eq(contacts(1, NULL), 0);
	rig_stop(&rig);
}

Test(pair, servers_keep_their_own_tables_otherwise)
{
	start(false, false, false, false, NULL);
	rig_register(&rig, 0, &(struct wish){ 0 });
	cr_assert_eq(contacts(0, NULL), 1);
	cr_assert_eq(contacts(1, NULL), 0);
	rig_stop(&rig);
}

Test(pair, a_one_time_nonce_is_stale_the_second_time)
{
	char challenge[HL_FRAME_MAX];
	const struct wish wish = { 0 }, again = { .cseq = 2 };

	start(false, true, false, false, "secret");
	strcpy(challenge, rig_register(&rig, 0, &wish));
	cr_assert_eq(status_of(rig_authorise(&rig, 0, &wish, challenge, NULL)), 200);
	const char *answer = rig_authorise(&rig, 0, &again, challenge, NULL);
	cr_assert_eq(status_of(answer), 401);
	cr_assert_not_null(strstr(answer, "stale=true"));
	strcpy(challenge, answer);
	cr_assert_eq(status_of(rig_authorise(&rig, 0, &again, challenge, NULL)), 200);
	rig_stop(&rig);
}

Test(pair, two_challenges_at_one_time_have_two_nonces)
{
	char first[HL_FRAME_MAX];

	start(false, true, false, false, "secret");
	strcpy(first, rig_register(&rig, 0, &(struct wish){ 0 }));
	cr_assert_neq(strcmp(first, rig_register(&rig, 0, &(struct wish){ 0 })), 0);
	rig_stop(&rig);
}

Test(pair, rewritten_contacts_keep_user_and_parameters_and_an_expires_header_says_the_grant)
{
	start(false, false, true, false, NULL);
	const char *answer = rig_register(&rig, 0, &(struct wish){ 0 });
	cr_assert_not_null(
		strstr(answer, "Contact: <sip:6000@203.0.113.9:1024;hl=p>;expires=60\r\n"), "%s",
		answer);
	cr_assert_not_null(strstr(answer, "\r\nExpires: 60\r\n"));
	cr_assert_null(strstr(answer, "@10.1.0.7"));
	rig_stop(&rig);
}

Test(pair, foreign_contacts_stand_before_ones_own)
{
	start(false, false, false, true, NULL);
	const char *answer = rig_register(&rig, 0, &(struct wish){ 0 });
	const char *foreign = strstr(answer, "sip:ann@198.51.100.1>;expires=1,");
	cr_assert(foreign != NULL && foreign < strstr(answer, "@10.1.0.7"), "%s", answer);
	rig_stop(&rig);
}

Test(pair, faults_of_registration_leave_options_alone_and_end_with_none)
{
	static const struct {
		enum hl_fault fault;
		uint32_t value;
		int status;
		const char *holds;
	} faults[] = {
		{ HL_FAULT_REGISTER_STATUS, 503, 503, "SIP/2.0 503" },
		{ HL_FAULT_GRANT, 6, 200, "hl=p>;expires=6\r\n" },
		{ HL_FAULT_GRANT, 0, 200, "hl=p>;expires=0\r\n" },
	};

	start(false, false, false, false, NULL);
	for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		put(0, faults[i].fault, faults[i].value);
		const char *answer = rig_register(&rig, 0, &(struct wish){ .cseq = 2 * i + 1 });
		cr_assert_eq(status_of(answer), faults[i].status, "fault %u", i);
		cr_assert_not_null(strstr(answer, faults[i].holds), "fault %u: %s", i, answer);
		cr_assert_eq(status_of(rig_options(&rig, 0)), 200);
		put(0, HL_FAULT_NONE, 0);
		answer = rig_register(&rig, 0, &(struct wish){ .cseq = 2 * i + 2 });
		cr_assert_not_null(strstr(answer, "hl=p>;expires=60\r\n"));
	}
	rig_stop(&rig);
}

Test(pair, refused_credentials_get_another_nonce_each_time)
{
	static const enum hl_fault faults[] = { HL_FAULT_STALE, HL_FAULT_REFUSE };
	char challenge[HL_FRAME_MAX];
	const struct wish wish = { 0 };

	for (unsigned i = 0; i < 2; i++) {
		start(false, false, false, false, "secret");
		put(0, faults[i], 0);
		strcpy(challenge, rig_register(&rig, 0, &wish));
		rig.now_ns += SECOND;
		const char *answer = rig_authorise(&rig, 0, &wish, challenge, NULL);
		cr_assert_eq(status_of(answer), 401);
		cr_assert_eq(strstr(answer, "stale=true") != NULL, faults[i] == HL_FAULT_STALE);
		cr_assert_neq(strcmp(strstr(answer, "nonce="), strstr(challenge, "nonce=")), 0);
		put(0, HL_FAULT_NONE, 0);
		strcpy(challenge, answer);
		cr_assert_eq(status_of(rig_authorise(&rig, 0, &wish, challenge, NULL)), 200);
		rig_stop(&rig);
	}
}

Test(pair, forgotten_nonces_are_foreign_not_stale)
{
	char challenge[HL_FRAME_MAX];
	const struct wish wish = { 0 };

	start(false, false, false, false, "secret");
	strcpy(challenge, rig_register(&rig, 0, &wish));
	put(0, HL_FAULT_FORGET_NONCES, 0);
	const char *answer = rig_authorise(&rig, 0, &wish, challenge, NULL);
	cr_assert_eq(status_of(answer), 401);
	cr_assert_null(strstr(answer, "stale"));
	rig_stop(&rig);
}

Test(pair, an_answer_leaves_twice_the_second_one_later)
{
	char first[HL_FRAME_MAX];

	start(false, false, false, false, NULL);
	put(0, HL_FAULT_TWICE, 40000);
	strcpy(first, rig_options(&rig, 0));
	rig.now_ns += 40 * MILLISECOND - 1;
	cr_assert_null(rig_tick(&rig));
	cr_assert_eq(hl_registrar_next(rig.r, rig.now_ns), rig.now_ns + 1);
	rig.now_ns++;
	const char *second = rig_tick(&rig);
	cr_assert(second != NULL && strcmp(first, second) == 0);
	cr_assert_null(rig_tick(&rig));
	rig_stop(&rig);
}

Test(pair, a_status_brings_its_retry_after)
{
	struct hl_registrar_config config;

	rig_config(&config);
	config.retry_after_s = 15;
	rig_start(&rig, &config);
	put(0, HL_FAULT_STATUS, 503);
	cr_assert_not_null(strstr(rig_options(&rig, 0), "\r\nRetry-After: 15\r\n"));
	cr_assert_not_null(
		strstr(rig_register(&rig, 0, &(struct wish){ 0 }), "\r\nRetry-After: 15\r\n"));
	rig_stop(&rig);
}
