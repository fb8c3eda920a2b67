// SPDX-License-Identifier: BSD-3-Clause
// Requests that come in on a line (FAILOVER.md section 6), each with the answer it must get.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "via_forms.h"

static bool contains(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

// A request to a line; the answer stays with the rig. Its status, 0 for none.
struct request {
	const char *profile, *source, *method, *version, *user, *headers, *cseq;
};

static int answer_to(struct request r, struct rig **keep)
{
	struct rig *rig = rig_new(r.profile ? r.profile : "", 1);
	char text[HL_FRAME_MAX], user[64];

	rig_command(rig, HL_COMMAND_ENABLE);
	struct frame f = rig->sent[0].frame;
	rig_clear(rig);
	snprintf(user, sizeof(user), "%s%s", r.user ? r.user : "6000",
		 r.user && r.user[0] == 0 ? "" : "@");
	snprintf(text, sizeof(text),
		 "%s sip:%s10.99.1.1 %s\r\nVia: SIP/2.0/UDP 10.99.0.1;branch=z9hG4bKx;rport\r\n"
		 "From: <sip:s@10.99.0.1>;tag=1\r\nTo: <sip:6000@10.99.0.1>\r\nCall-ID: c\r\n"
		 "CSeq: %s\r\n%sContent-Length: 0\r\n\r\n",
		 r.method, user, r.version ? r.version : "SIP/2.0", r.cseq,
		 r.headers ? r.headers : "");
	rig_datagram(rig, r.source ? r.source : "10.99.0.1", 5060, &f.src.addr, f.src.port, text);
	int status = rig->n ? atoi(rig->sent[0].text + 8) : 0;
	if (keep)
		*keep = rig;
	else
		rig_free(rig);
	return status;
}

// One of section 6's list.
static void expect(struct request request, int status)
{
	cr_expect(eq(int, answer_to(request, NULL), status), "%s", request.method);
}

Test(incoming, options_gets_200)
{
	struct rig *rig;

	cr_assert(eq(int,
		     answer_to((struct request){ .method = "OPTIONS", .cseq = "1 OPTIONS" }, &rig),
		     200));
	cr_assert(ne(sz, strlen(rig_header(rig, 0, "Allow")), 0)); // RFC 3261 11.2
	cr_assert_str_eq(rig_header(rig, 0, "Accept"), "application/sdp");
	rig_free(rig);
}

Test(incoming, message_gets_200)
{
	expect((struct request){ .method = "MESSAGE", .cseq = "1 MESSAGE" }, 200);
}

Test(incoming, notify_of_no_subscription_gets_481)
{
	expect((struct request){ .method = "NOTIFY",
				 .cseq = "1 NOTIFY",
				 .headers = "Event: reg\r\n" },
	       481);
	expect((struct request){ .profile = "    register_subscribe: on\n",
				 .method = "NOTIFY",
				 .cseq = "1 NOTIFY",
				 .headers = "Event: reg\r\n" },
	       481);
}

Test(incoming, invite_gets_486)
{
	expect((struct request){ .method = "INVITE", .cseq = "1 INVITE" }, 486);
}

Test(incoming, ack_is_ignored)
{
	expect((struct request){ .method = "ACK", .cseq = "1 ACK" }, 0);
}

Test(incoming, bye_and_cancel_of_no_call_get_481)
{
	expect((struct request){ .method = "BYE", .cseq = "1 BYE" }, 481);
	expect((struct request){ .method = "CANCEL", .cseq = "1 CANCEL" }, 481);
}

Test(incoming, unknown_method_gets_501_with_allow)
{
	struct rig *rig;

	cr_assert(eq(int, answer_to((struct request){ .method = "DANCE", .cseq = "1 DANCE" }, &rig),
		     501));
	cr_assert(contains(rig_header(rig, 0, "Allow"), "OPTIONS"));
	rig_free(rig);
}

Test(incoming, unknown_require_gets_420_with_what_is_unsupported)
{
	static const char *const methods[] = { "OPTIONS", "INVITE", "MESSAGE", "NOTIFY" };

	for (int k = 0; k < 4; k++) {
		struct rig *rig;
		char cseq[32];

		snprintf(cseq, sizeof(cseq), "1 %s", methods[k]);
		cr_expect(eq(int,
			     answer_to((struct request){ .method = methods[k],
							 .cseq = cseq,
							 .headers = "Require: 100rel\r\n" },
				       &rig),
			     420));
		cr_expect_str_eq(rig_header(rig, 0, "Unsupported"), "100rel");
		rig_free(rig);
	}
}

// RFC 3261 8.2.2.3: Require and Proxy-Require of a CANCEL (and an ACK) are ignored.
Test(incoming, cancel_with_require_gets_481)
{
	expect((struct request){ .method = "CANCEL",
				 .cseq = "1 CANCEL",
				 .headers = "Require: 100rel\r\n" },
	       481);
	expect((struct request){ .method = "ACK", .cseq = "1 ACK", .headers = "Require: x\r\n" },
	       0);
}

Test(incoming, answers_go_where_the_via_says_at_the_source_address)
{
	struct rig *rig = rig_new("    check_request_user: off\n", 1);
	struct hl_addr client;
	char text[HL_FRAME_MAX];

	hl_addr_parse("10.99.0.7", 9, &client);
	rig_command(rig, HL_COMMAND_ENABLE);
	const struct frame f = rig->sent[0].frame;
	for (unsigned k = 0; k < VIA_FORMS; k++) {
		const struct via_form *form = &via_forms[k];
		uint64_t refused = rig_count(&rig_counters(rig)->maddr_refused);

		rig_clear(rig);
		via_form_request(form, "10.99.0.7", text, sizeof(text));
		rig_datagram(rig, "10.99.0.7", 40000, &f.src.addr, f.src.port, text);
		cr_assert(eq(u32, rig->n, 1), "%s", form->via);
		cr_expect(hl_addr_equal(&rig->sent[0].frame.dst.addr, &client), "%s", form->via);
		cr_expect(eq(u16, rig->sent[0].frame.dst.port,
			     form->port != PORT_OF_SOURCE ? form->port : 40000),
			  "%s", form->via);
		cr_expect(eq(u64, rig_count(&rig_counters(rig)->maddr_refused) - refused,
			     form->maddr_refused),
			  "%s", form->via);
	}
	rig_free(rig);
}

// Without a Via that can be read there is only one place to answer to.
Test(incoming, a_bad_via_is_answered_at_the_source_port)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	const struct frame f = rig->sent[0].frame;
	rig_clear(rig);
	rig_datagram(
		rig, "10.99.0.7", 40000, &f.src.addr, f.src.port,
		"OPTIONS sip:6000@h SIP/2.0\r\nVia: SIP/2.0/UDP\r\nFrom: <sip:6000@h>;tag=f\r\n"
		"To: <sip:h>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n");
	cr_assert(eq(u32, rig->n, 1));
	cr_expect(eq(u16, rig->sent[0].frame.dst.port, 40000));
	rig_free(rig);
}

Test(incoming, bad_cseq_gets_400)
{
	expect((struct request){ .method = "OPTIONS", .cseq = "1 INVITE" }, 400);
	expect((struct request){ .method = "OPTIONS", .cseq = "x OPTIONS" }, 400);
}

Test(incoming, missing_header_gets_400)
{
	static const char *const missing[] = {
		"From: <sip:s@10.99.0.1>;tag=1\r\n",
		"To: <sip:6000@10.99.0.1>\r\n",
		"Call-ID: c\r\n",
		"CSeq: 1 OPTIONS\r\n",
	};

	for (unsigned m = 0; m < 4; m++) {
		struct rig *rig = rig_new("", 1);
		char text[HL_FRAME_MAX];
		size_t len;

		rig_command(rig, HL_COMMAND_ENABLE);
		struct frame f = rig->sent[0].frame;
		rig_clear(rig);
		len = (size_t)snprintf(text, sizeof(text),
				       "OPTIONS sip:6000@10.99.1.1 SIP/2.0\r\n"
				       "Via: SIP/2.0/UDP 10.99.0.1;branch=z9hG4bKx\r\n");
		for (unsigned k = 0; k < 4; k++)
			if (k != m)
				len += (size_t)snprintf(text + len, sizeof(text) - len, "%s",
							missing[k]);
		snprintf(text + len, sizeof(text) - len, "Content-Length: 0\r\n\r\n");
		rig_datagram(rig, "10.99.0.1", 5060, &f.src.addr, f.src.port, text);
		cr_expect(eq(u32, rig->n, 1), "without %s", missing[m]);
		cr_expect(eq(int, atoi(rig->sent[0].text + 8), 400), "without %s", missing[m]);
		rig_free(rig);
	}
}

Test(incoming, wrong_version_gets_505)
{
	expect((struct request){ .method = "OPTIONS", .cseq = "1 OPTIONS", .version = "SIP/7.0" },
	       505);
}

Test(incoming, check_request_user_on_answers_404_to_another_user)
{
	expect((struct request){ .method = "OPTIONS", .cseq = "1 OPTIONS", .user = "7000" }, 404);
	expect((struct request){ .method = "INVITE", .cseq = "1 INVITE", .user = "600" }, 404);
	expect((struct request){ .method = "OPTIONS", .cseq = "1 OPTIONS", .user = "" }, 200);
}

Test(incoming, check_request_user_off_accepts_any_user)
{
	static const char off[] = "    check_request_user: off\n";

	expect(
		(struct request){
			.profile = off, .method = "OPTIONS", .cseq = "1 OPTIONS", .user = "7000" },
		200);
	expect(
		(struct request){
			.profile = off, .method = "INVITE", .cseq = "1 INVITE", .user = "7000" },
		486);
}

#define ONLY "    accept_only_from_server: on\n"

Test(incoming, accept_only_from_server_answers_403_to_others)
{
	struct rig *rig;

	cr_assert(eq(int,
		     answer_to((struct request){ .profile = ONLY,
						 .source = "10.99.0.7",
						 .method = "OPTIONS",
						 .cseq = "1 OPTIONS" },
			       &rig),
		     403));
	cr_assert_str_eq(rig_header(rig, 0, "Allow"), "");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_REQUEST_REFUSED]), 1));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->answered[4]), 1));
	rig_free(rig);
	expect(
		(struct request){
			.profile = ONLY, .source = "10.99.0.7", .method = "ACK", .cseq = "1 ACK" },
		0);
}

Test(incoming, accept_only_from_server_accepts_both_servers)
{
	static const char *const servers[] = { "10.99.0.1", "10.99.0.2" };

	for (int k = 0; k < 2; k++)
		expect((struct request){ .profile = ONLY,
					 .source = servers[k],
					 .method = "OPTIONS",
					 .cseq = "1 OPTIONS" },
		       200);
}

Test(incoming, server_address_is_accepted_too)
{
	static const char profile[] = ONLY "    server_address: 10.99.0.7\n";

	expect((struct request){ .profile = profile,
				 .source = "10.99.0.7",
				 .method = "OPTIONS",
				 .cseq = "1 OPTIONS" },
	       200);
	expect((struct request){ .profile = profile,
				 .source = "10.99.0.8",
				 .method = "OPTIONS",
				 .cseq = "1 OPTIONS" },
	       403);
}

Test(incoming, accept_only_from_server_off_accepts_anybody)
{
	expect((struct request){ .source = "10.99.0.7", .method = "OPTIONS", .cseq = "1 OPTIONS" },
	       200);
}

Test(incoming, reject_drop_is_silent_and_counted)
{
	struct rig *rig;

	cr_assert(eq(int,
		     answer_to((struct request){ .profile = ONLY "    reject: drop\n",
						 .source = "10.99.0.7",
						 .method = "INVITE",
						 .cseq = "1 INVITE" },
			       &rig),
		     0));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_REQUEST_REFUSED]), 1));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->incoming[HL_INVITE]), 1));
	rig_free(rig);
	expect((struct request){ .profile = ONLY "    reject: drop\n",
				 .method = "INVITE",
				 .cseq = "1 INVITE" },
	       486);
}

Test(incoming, answer_copies_via_and_adds_a_tag)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	struct frame f = rig->sent[0].frame;
	rig_clear(rig);
	rig_datagram(rig, "10.99.0.1", 5070, &f.src.addr, f.src.port,
		     "OPTIONS sip:6000@10.99.1.1 SIP/2.0\r\n"
		     "Via: SIP/2.0/UDP 10.99.0.1:5070;branch=z9hG4bKx;rport\r\n"
		     "From: <sip:s@10.99.0.1>;tag=1\r\nTo: <sip:6000@10.99.0.1>\r\nCall-ID: c\r\n"
		     "CSeq: 7 OPTIONS\r\nContent-Length: 0\r\n\r\n");
	cr_assert(eq(u32, rig->n, 1));
	cr_assert(eq(u16, rig->sent[0].frame.dst.port, 5070));
	cr_assert(strstr(rig_header(rig, 0, "Via"), "rport=5070") != NULL);
	cr_assert(strstr(rig_header(rig, 0, "To"), ";tag=") != NULL);
	cr_assert(strstr(rig_header(rig, 0, "Allow"), "OPTIONS") != NULL);
	rig_free(rig);
}

Test(incoming, a_port_without_a_line_is_not_ours)
{
	struct rig *rig = rig_new("", 1);
	struct hl_addr dst;

	hl_addr_parse("10.99.1.2", 9, &dst);
	rig_datagram(rig, "10.99.0.1", 5060, &dst, 9, "OPTIONS sip:6000@10.99.1.2 SIP/2.0\r\n\r\n");
	cr_assert(eq(u32, rig->n, 0));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_NOT_OURS]), 1));
	rig_free(rig);
}
