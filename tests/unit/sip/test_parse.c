// SPDX-License-Identifier: BSD-3-Clause
// The full parser reads what the scanner declines, and demands what the scanner demands.
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sip/parse.h"

#include "../guard.h"
#include "corpus.h"

static int parse(const char *text, struct parsed_reply *p)
{
	uint32_t len = (uint32_t)strlen(text);

	return parse_reply(guard_copy(text, len), len, p);
}

static void expect_slice(struct slice s, const char *text)
{
	cr_expect(s.len == strlen(text) && (s.len == 0 || memcmp(s.at, text, s.len) == 0),
		  "\"%.*s\", not \"%s\"", (int)s.len, s.at, text);
}

static void expect_declined_and_read(const char *text)
{
	struct parsed_reply p;
	struct sip_reply r;

	cr_expect_eq(scan_reply(text, (uint32_t)strlen(text), &r), SCAN_DECLINE, "%s", text);
	cr_expect_eq(parse(text, &p), 0, "%s", text);
	cr_expect_eq(p.reply.status, 200);
	cr_expect_eq(p.reply.cseq, 1000000002);
	cr_expect_eq(p.reply.method, HL_REGISTER);
	expect_slice(p.reply.branch, "z9hG4bK0001e24030000abc0123456789ab");
}

TestSuite(parse, .init = parse_init);

Test(parse, reads_what_the_scanner_declines)
{
	expect_declined_and_read(REPLY_200 "Subject: a\r\n\tb\r\n" NO_BODY);
	expect_declined_and_read(REPLY_200 "Subject:\ta\r\n" NO_BODY);
	expect_declined_and_read(REPLY_200 "Server: x\n\n");
	expect_declined_and_read(REPLY_200);
	expect_declined_and_read("sip/2.0 200 OK\r\n" VIA_OURS NAMES CSEQ_REGISTER NO_BODY);
	expect_declined_and_read("SIP/2.0  200 OK\r\n" VIA_OURS NAMES CSEQ_REGISTER NO_BODY);
	expect_declined_and_read("SIP/2.0 200 OK\r\n" VIA_OURS NAMES
				 "CSeq:\t1000000002\tREGISTER\r\n\r\n");
	expect_declined_and_read(
		"SIP/2.0 200 OK\r\nVia: SIP / 2.0\r\n / UDP [2001:db8::1]:5060 ;\r\n"
		" branch\t=\r\n z9hG4bK0001e24030000abc0123456789ab\r\n" NAMES CSEQ_REGISTER
			NO_BODY);
}

Test(parse, folded_values_come_out_as_one_line)
{
	struct parsed_reply p;

	cr_assert_eq(
		parse("SIP/2.0 401 no\r\n" VIA_OURS NAMES CSEQ_REGISTER
		      "WWW-Authenticate: Digest realm=\"a\",\r\n\t nonce=\"b\"\r\n"
		      "Contact: <sip:a@b>,\n <sip:c@d>\nAuthentication-Info: nextnonce=\"c\"\r\n"
		      "Min-Expires:\r\n 90\r\nRetry-After: 7 (a, b)\r\n" NO_BODY,
		      &p),
		0);
	cr_assert_eq(p.reply.n_challenges, 1);
	cr_assert_eq(p.reply.n_contacts, 1);
	expect_slice(p.reply.challenges[0], "Digest realm=\"a\",    nonce=\"b\"");
	expect_slice(p.reply.contacts[0], "<sip:a@b>,  <sip:c@d>");
	expect_slice(p.reply.auth_info, "nextnonce=\"c\"");
	cr_expect_eq(p.reply.min_expires, 90);
	cr_expect_eq(p.reply.retry_after, 7);
	cr_expect_eq(p.reply.expires, SIP_NO_NUMBER);
}

Test(parse, of_too_many_challenges_the_first_ones_are_taken)
{
	char text[4096] = REPLY_200;
	struct parsed_reply p;

	for (int i = 0; i < 20; i++)
		strcat(text, "Proxy-Authenticate: Digest realm=\"a\"\r\n");
	strcat(text, NO_BODY);
	cr_assert_eq(parse(text, &p), 0);
	cr_expect_eq(p.reply.n_challenges, SIP_CHALLENGES_MAX);
	cr_expect_eq(p.reply.proxy_challenges, (1 << SIP_CHALLENGES_MAX) - 1);
}

Test(parse, no_contact_is_lost_however_many_lines_there_are)
{
	char text[4096] = REPLY_200;
	struct parsed_reply p;

	for (int i = 0; i < 20; i++)
		sprintf(text + strlen(text), "%s: <sip:a%d@b>\r\nX: y\r\n", i % 2 ? "Contact" : "m",
			i);
	strcat(text, NO_BODY);
	cr_assert_eq(parse(text, &p), 0);
	cr_assert_eq(p.reply.n_contacts, SIP_CONTACTS_MAX);
	expect_slice(p.reply.contacts[0], "<sip:a0@b>");
	expect_slice(p.reply.contacts[SIP_CONTACTS_MAX - 1],
		     "<sip:a7@b>, <sip:a8@b>, <sip:a9@b>, <sip:a10@b>, <sip:a11@b>, <sip:a12@b>, "
		     "<sip:a13@b>, <sip:a14@b>, <sip:a15@b>, <sip:a16@b>, <sip:a17@b>, "
		     "<sip:a18@b>, <sip:a19@b>");
}

Test(parse, values_longer_than_the_store_are_refused)
{
	static char text[PARSE_STORE + 2048];
	struct parsed_reply p;

	strcpy(text, REPLY_200 "Contact: <sip:");
	memset(text + strlen(text), 'a', PARSE_STORE);
	strcat(text, ">\r\n" NO_BODY);
	cr_expect_eq(parse(text, &p), -ENOBUFS);
}

Test(parse, demands_what_the_scanner_demands)
{
	static const char *const bad[] = {
		"",
		"\r\n",
		"OPTIONS sip:a@b SIP/2.0\r\n" VIA_OURS NAMES CSEQ_OPTIONS NO_BODY,
		"SIP/3.0 200 OK\r\n" VIA_OURS NAMES CSEQ_REGISTER NO_BODY,
		"SIP/2.0 99 OK\r\n" VIA_OURS NAMES CSEQ_REGISTER NO_BODY,
		"SIP/2.0 2000\r\n" VIA_OURS VIA_OURS NAMES CSEQ_REGISTER NO_BODY,
		"SIP/2.0 200 OK\r\n" VIA_OURS NAMES NAMES CSEQ_REGISTER NO_BODY,
		"SIP/2.0 200 OK\r\n" VIA_OURS NAMES CSEQ_REGISTER CSEQ_REGISTER NO_BODY,
		REPLY_200 "Content-Length: 0\r\nl: 1\r\n\r\n\r\n",
		"SIP/2.0 4294967496 OK\r\n" VIA_OURS NAMES CSEQ_REGISTER NO_BODY, // 200 in 32 bits
		"SIP/2.0 200 OK\r\n" NAMES CSEQ_REGISTER NO_BODY,
		"SIP/2.0 200 OK\r\n" VIA_OURS NAMES NO_BODY,
		"SIP/2.0 200 OK\r\n" VIA_OURS CSEQ_REGISTER NO_BODY,
		"SIP/2.0 200 OK\r\n" VIA_OURS NAMES "CSeq: 1x REGISTER\r\n\r\n",
		"SIP/2.0 200 OK\r\n" VIA_OURS NAMES "CSeq: 2147483648 REGISTER\r\n\r\n",
		"SIP/2.0 200 OK\r\n" VIA_OURS NAMES "CSeq: 1 REGISTER now\r\n\r\n",
		REPLY_200 "Content-Length: 1\r\n\r\n",
		REPLY_200 "Content-Length: x\r\n\r\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct parsed_reply p;
		struct sip_reply r;

		cr_expect_eq(parse(bad[i], &p), -EBADMSG, "%s", bad[i]);
		cr_expect_neq(scan_reply(bad[i], (uint32_t)strlen(bad[i]), &r), SCAN_OK, "%s",
			      bad[i]);
	}
	static const char nul[] = REPLY_200 "X: \0\r\n" NO_BODY;
	struct parsed_reply p;
	cr_expect_eq(parse_reply(nul, sizeof(nul) - 1, &p), -EBADMSG);
}

Test(parse, a_copy_stands_on_its_own_bytes)
{
	static struct parsed_reply from, copy;

	cr_assert_eq(parse("SIP/2.0 401 no\r\n" VIA_OURS NAMES CSEQ_REGISTER
			   "WWW-Authenticate: Digest realm=\"a\"\r\nContact: <sip:a@b>\r\n" NO_BODY,
			   &from),
		     0);
	copy = from;
	parse_rebase(&copy, &from);
	memset(&from, 'x', sizeof(from));
	expect_slice(copy.reply.branch, "z9hG4bK0001e24030000abc0123456789ab");
	expect_slice(copy.reply.contacts[0], "<sip:a@b>");
	expect_slice(copy.reply.challenges[0], "Digest realm=\"a\"");
	cr_expect_null(copy.reply.auth_info.at);
}
