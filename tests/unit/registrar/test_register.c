// SPDX-License-Identifier: BSD-3-Clause
// REGISTER without digest: what is granted, listed, removed and refused.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "registrar/rig.h"

static struct rig rig;

static void setup(void)
{
	rig_start(&rig, NULL);
}

static void teardown(void)
{
	rig_stop(&rig);
}

TestSuite(register, .init = setup, .fini = teardown);

static bool bound(unsigned server, const char *user)
{
	char aor[64];

	snprintf(aor, sizeof(aor), "%s@10.0.0.1", user);
	return hl_registrar_bound(rig.r, server, aor, rig.now_ns);
}

// Does the answer list exactly these contacts, "uri>;expires=N", apart by a blank?
static bool lists(const char *answer, const char *expected)
{
	char got[1024] = "";

	for (const char *at = answer; (at = strstr(at, "\r\nContact: <")) != NULL;) {
		at += 12;
		if (*got != '\0')
			strcat(got, " ");
		strncat(got, at, strcspn(at, "\r"));
	}
	if (strcmp(got, expected) != 0)
		fprintf(stderr, "got      %s\nexpected %s\n", got, expected);
	return strcmp(got, expected) == 0;
}

#define MINE "sip:6000@10.1.0.7:50001;hl=p"

Test(register, granted_listed_refreshed_and_removed)
{
	const char *answer = rig_register(&rig, 0, &(struct wish){ 0 });
	cr_assert_eq(status_of(answer), 200);
	cr_assert(lists(answer, MINE ">;expires=60"));
	cr_assert_not_null(strstr(answer, "To: <sip:6000@10.0.0.1>;tag="));
	cr_assert_not_null(strstr(answer, "rport=50001"));
	cr_assert_not_null(strstr(answer, "CSeq: 1 REGISTER\r\n"));
	cr_assert(bound(0, "6000") && !bound(1, "6000") && !bound(0, "6001"));
	cr_assert_eq(COUNTER(&rig, 0, bindings), 1);

	rig.now_ns += 30 * SECOND + 1;
	answer = rig_register(&rig, 0, &(struct wish){ .contacts = "", .cseq = 2, .expires = "" });
	cr_assert(lists(answer, MINE ">;expires=30"), "a query lists what is left, rounded up");
	answer = rig_register(&rig, 0, &(struct wish){ .cseq = 3 });
	cr_assert(lists(answer, MINE ">;expires=60"));
	cr_assert_eq(COUNTER(&rig, 0, bindings), 1);

	answer = rig_register(&rig, 0, &(struct wish){ .cseq = 4, .expires = "0" });
	cr_assert(status_of(answer) == 200 && lists(answer, ""));
	cr_assert_not(bound(0, "6000"));
	cr_assert_eq(COUNTER(&rig, 0, bindings), 0);
	cr_assert_eq(COUNTER(&rig, 0, requests[HL_REGISTER]), 4);
	cr_assert_eq(COUNTER(&rig, 0, responses[2]), 4);
}

Test(register, a_binding_ends_when_its_time_is_over)
{
	rig_register(&rig, 0, &(struct wish){ .expires = "10" });
	rig.now_ns += 10 * SECOND - 1;
	cr_assert(bound(0, "6000"));
	rig.now_ns += 1;
	cr_assert_not(bound(0, "6000"));
	rig_register(&rig, 0, &(struct wish){ .user = "6001", .expires = "10" });
	for (int i = 0; i < 2000 && COUNTER(&rig, 0, bindings) > 0; i++) {
		rig.now_ns += SECOND / 10;
		cr_assert_null(rig_tick(&rig));
	}
	cr_assert_eq(COUNTER(&rig, 0, bindings), 0, "no sweep took it out");
}

Test(register, the_contacts_own_expires_comes_first_then_the_header_then_an_hour)
{
	static const struct {
		const char *contacts, *expires, *listed;
	} cases[] = {
		{ "Contact: <sip:a@h>;expires=30\r\n", "60", "sip:a@h>;expires=30" },
		{ "Contact: <sip:a@h>;q=0.5;Expires=30\r\n", "", "sip:a@h>;expires=30" },
		{ "Contact: <sip:a@h>\r\n", "60", "sip:a@h>;expires=60" },
		{ "Contact: \"A, B\" <sip:a@h;x=1>\r\n", "", "sip:a@h;x=1>;expires=3600" },
		{ "Contact: sip:a@h\r\n", "60", "sip:a@h>;expires=60" },
		{ "Contact: <sip:a@h>;expires=soon\r\n", "60", "sip:a@h>;expires=3600" },
		{ "Contact: <sip:a@h>;expires=99999999999\r\n", "60", "sip:a@h>;expires=3600" },
		{ "m: <sip:a@h>;expires=0\r\n", "60", "" },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char user[16];
		snprintf(user, sizeof(user), "user%u", i);
		const char *answer = rig_register(&rig, 0,
						  &(struct wish){ .user = user,
								  .contacts = cases[i].contacts,
								  .expires = cases[i].expires });
		cr_assert(status_of(answer) == 200 && lists(answer, cases[i].listed), "%s",
			  cases[i].contacts);
	}
}

Test(register, several_contacts_live_side_by_side)
{
	const char *answer = rig_register(
		&rig, 0,
		&(struct wish){ .contacts = "Contact: <sip:a@h>, <sip:b@h>;expires=20\r\n"
					    "Contact: <sip:c@h>;expires=30\r\n" });
	cr_assert(lists(answer, "sip:a@h>;expires=60 sip:b@h>;expires=20 sip:c@h>;expires=30"));
	cr_assert_eq(COUNTER(&rig, 0, bindings), 3);
	answer = rig_register(
		&rig, 0,
		&(struct wish){ .contacts = "Contact: <sip:b@h>;expires=0\r\n", .cseq = 2 });
	cr_assert(lists(answer, "sip:a@h>;expires=60 sip:c@h>;expires=30"));
	rig.now_ns += 30 * SECOND;
	answer = rig_register(&rig, 0, &(struct wish){ .contacts = "", .cseq = 3 });
	cr_assert(lists(answer, "sip:a@h>;expires=30"));
}

Test(register, a_star_removes_all_and_only_with_expires_0)
{
	rig_register(&rig, 0, &(struct wish){ .contacts = "Contact: <sip:a@h>, <sip:b@h>\r\n" });
	const char *answer = rig_register(
		&rig, 0, &(struct wish){ .contacts = "Contact: *\r\n", .cseq = 2 });
	cr_assert_eq(status_of(answer), 400);
	cr_assert_eq(COUNTER(&rig, 0, bindings), 2);
	answer = rig_register(&rig, 0,
			      &(struct wish){ .contacts = "Contact: *\r\nContact: <sip:a@h>\r\n",
					      .expires = "0",
					      .cseq = 2 });
	cr_assert_eq(status_of(answer), 400);
	answer = rig_register(
		&rig, 0, &(struct wish){ .contacts = "Contact: *\r\n", .expires = "0", .cseq = 3 });
	cr_assert(status_of(answer) == 200 && lists(answer, ""));
	cr_assert_eq(COUNTER(&rig, 0, bindings), 0);
}

Test(register, a_lower_cseq_of_the_same_call_is_refused_an_equal_one_answered_again)
{
	rig_register(&rig, 0, &(struct wish){ .cseq = 5 });
	const char *answer = rig_register(&rig, 0, &(struct wish){ .cseq = 4, .expires = "0" });
	cr_assert_eq(status_of(answer), 400);
	cr_assert_not_null(strstr(answer, "CSeq Out of Order"));
	cr_assert(bound(0, "6000"));

	char first[HL_FRAME_MAX];
	strcpy(first, rig_register(&rig, 0, &(struct wish){ .cseq = 6 }));
	cr_assert_str_eq(rig_register(&rig, 0, &(struct wish){ .cseq = 6 }), first);
	cr_assert_eq(
		status_of(rig_register(&rig, 0, &(struct wish){ .cseq = 1, .call_id = "other" })),
		200);
	cr_assert_eq(
		status_of(rig_register(
			&rig, 0,
			&(struct wish){ .cseq = 2, .contacts = "Contact: *\r\n", .expires = "0" })),
		200, "the binding is that of the other call now");
}

Test(register, a_late_copy_does_not_bring_a_removed_binding_back)
{
	rig_register(&rig, 0, &(struct wish){ .cseq = 5 });
	rig_register(&rig, 0, &(struct wish){ .cseq = 6, .expires = "0" });
	rig.now_ns += 5 * SECOND;
	cr_assert_eq(status_of(rig_register(&rig, 0, &(struct wish){ .cseq = 5 })), 400);
	cr_assert_not(bound(0, "6000"));
	cr_assert_eq(status_of(rig_register(&rig, 0, &(struct wish){ .cseq = 6, .expires = "0" })),
		     200);
	cr_assert_eq(status_of(rig_register(&rig, 0, &(struct wish){ .cseq = 7 })), 200);
	cr_assert(bound(0, "6000"));
}

Test(register, what_cannot_be_bound_changes_nothing)
{
	static const struct {
		const char *contacts;
		int status;
	} cases[] = {
		{ "Contact: <sip:a@h>, <sip:b@h\r\n", 400 },
		{ "Contact: <sip:a@h>, <nonsense>\r\n", 400 },
		{ "Contact: <sip:a@h>, <sip:b b@h>\r\n", 400 },
		{ "Contact: <sip:a@h>, <sip:01234567890123456789012345678901234567890123456789"
		  "01234567890123456789"
		  "01234567890123456789@h>\r\n",
		  400 },
		{ "Contact: <sip:1@h>,<sip:2@h>,<sip:3@h>,<sip:4@h>,<sip:5@h>,<sip:6@h>,<sip:7@h>,<sip:8@h>,"
		  "<sip:9@h>\r\n",
		  400 },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *answer = rig_register(&rig, 0,
						  &(struct wish){ .contacts = cases[i].contacts });
		cr_assert_eq(status_of(answer), cases[i].status, "%s", cases[i].contacts);
		cr_assert_eq(COUNTER(&rig, 0, bindings), 0);
	}
}

// Tenants with the same numbers (RFC 3261 10.3, step 5; 19.1.4).
Test(register, a_user_has_bindings_of_its_own_in_each_domain_in_whatever_case)
{
	static const char *const hosts[] = { "a.example", "b.example", "A.Example", "B-EXAMPLE" };
	static const char *const want[] = { "sip:a@h>;expires=60", "sip:b@h>;expires=60",
					    "sip:a@h>;expires=60 sip:c@h>;expires=60",
					    "sip:d@h>;expires=60" };

	for (unsigned i = 0; i < 4; i++) {
		char contact[32];

		snprintf(contact, sizeof(contact), "Contact: <sip:%c@h>\r\n", 'a' + i);
		const char *answer = rig_register(
			&rig, 0,
			&(struct wish){ .host = hosts[i], .contacts = contact, .cseq = i + 1 });
		cr_expect(lists(answer, want[i]), "%s: %s", hosts[i], answer);
	}
	cr_expect(hl_registrar_bound(rig.r, 0, "6000@a.EXAMPLE", rig.now_ns));
	cr_expect_not(hl_registrar_bound(rig.r, 0, "6000@c.example", rig.now_ns));
}

Test(register, a_ninth_contact_of_a_user_finds_no_room)
{
	cr_assert_eq(status_of(rig_register(
			     &rig, 0,
			     &(struct wish){ .contacts = "Contact: <sip:1@h>,<sip:2@h>,<sip:3@h>,"
							 "<sip:4@h>,<sip:5@h>,<sip:6@h>,<sip:7@h>,"
							 "<sip:8@h>\r\n" })),
		     200);
	cr_assert_eq(status_of(rig_register(
			     &rig, 0,
			     &(struct wish){ .contacts = "Contact: <sip:9@h>\r\n", .cseq = 2 })),
		     500);
	cr_assert_eq(COUNTER(&rig, 0, full), 1);
}

Test(register, a_to_without_user_is_not_found)
{
	const char *answer = rig_send(
		&rig, 0,
		"REGISTER sip:10.0.0.1 SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 10.1.0.7:50001;branch=z9hG4bK1\r\n"
		"From: <sip:10.0.0.1>;tag=f\r\nTo: <sip:10.0.0.1>\r\n"
		"Call-ID: c\r\nCSeq: 1 REGISTER\r\nContact: <sip:a@h>\r\n\r\n");
	cr_assert_eq(status_of(answer), 404);
}

// Below, a registrar with other settings.
static void start_with(void (*change)(struct hl_registrar_config *))
{
	struct hl_registrar_config config;

	rig_config(&config);
	change(&config);
	rig_start(&rig, &config);
}

TestSuite(register_limits, .fini = teardown);

static void short_grants(struct hl_registrar_config *c)
{
	c->max_grant_s = 40;
	c->min_expires_s = 20;
}

Test(register_limits, long_wishes_are_cut_and_short_ones_get_423)
{
	start_with(short_grants);
	cr_assert(lists(rig_register(&rig, 0, &(struct wish){ 0 }), MINE ">;expires=40"));
	cr_assert(lists(rig_register(&rig, 0, &(struct wish){ .expires = "20", .cseq = 2 }),
			MINE ">;expires=20"));
	const char *answer = rig_register(&rig, 0, &(struct wish){ .expires = "19", .cseq = 3 });
	cr_assert_eq(status_of(answer), 423);
	cr_assert_not_null(strstr(answer, "\r\nMin-Expires: 20\r\n"));
	cr_assert(lists(answer, ""));
	cr_assert_eq(status_of(rig_register(&rig, 0, &(struct wish){ .expires = "0", .cseq = 4 })),
		     200);
}

static void three_bindings(struct hl_registrar_config *c)
{
	c->capacity = 3;
}

Test(register_limits, a_full_table_answers_500_and_counts_it)
{
	char user[16];

	start_with(three_bindings);
	for (int i = 0; i < 5; i++) {
		snprintf(user, sizeof(user), "%d", 6000 + i);
		cr_assert_eq(status_of(rig_register(&rig, 0, &(struct wish){ .user = user })),
			     i < 3 ? 200 : 500);
	}
	cr_assert_eq(COUNTER(&rig, 0, full), 2);
	cr_assert_eq(COUNTER(&rig, 0, bindings), 3);
	cr_assert_eq(status_of(rig_register(&rig, 0, &(struct wish){ .user = "6001", .cseq = 2 })),
		     200);
	const char *two =
		"Contact: <sip:6000@10.1.0.7:50001;hl=p>;expires=0, <sip:x@h>, <sip:y@h>\r\n";
	cr_assert_eq(status_of(rig_register(&rig, 0, &(struct wish){ .contacts = two, .cseq = 2 })),
		     500);
	cr_assert(lists(rig_register(&rig, 0, &(struct wish){ .contacts = "", .cseq = 3 }),
			MINE ">;expires=60"),
		  "all changes are made, or none");
	rig.now_ns += 60 * SECOND;
	cr_assert_eq(status_of(rig_register(&rig, 0, &(struct wish){ .user = "6004", .cseq = 2 })),
		     200, "expired ones make room");
}
