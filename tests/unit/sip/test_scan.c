// SPDX-License-Identifier: BSD-3-Clause
// What the reader of replies takes, declines and refuses.
#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "sip/marks.h"
#include "sip/scan.h"

#include "../guard.h"
#include "corpus.h"

#define HEADERS VIA_OURS NAMES CSEQ_REGISTER

// The slices stay good: a test's process ends with it.
static enum scan_result scan(const char *text, struct sip_reply *r)
{
	uint32_t len = (uint32_t)strlen(text);

	return scan_reply(guard_copy(text, len), len, r);
}

#define EXPECT_RESULT(TEXT, RESULT) \
	do { \
		struct sip_reply ignored; \
		enum scan_result got = scan(TEXT, &ignored); \
		cr_expect_eq(got, RESULT, "got %d, not " #RESULT ": %s", got, TEXT); \
	} while (0)

static void expect_slice(struct slice s, const char *text)
{
	cr_expect(s.len == strlen(text) && (s.len == 0 || memcmp(s.at, text, s.len) == 0),
		  "\"%.*s\", not \"%s\"", (int)s.len, s.at, text);
}

Test(scan, a_200_to_register_gives_all_that_a_line_needs)
{
	struct sip_reply r;

	cr_assert_eq(scan(REPLY_200 "Contact: <sip:6000@10.0.0.7:50001;hl=p>;expires=120\r\n"
				    "Expires: 300\r\n" NO_BODY,
			  &r),
		     SCAN_OK);
	cr_expect_eq(r.status, 200);
	cr_expect_eq(r.method, HL_REGISTER);
	cr_expect_eq(r.cseq, 1000000002);
	cr_expect_eq(r.expires, 300);
	cr_expect_eq(r.min_expires, SIP_NO_NUMBER);
	cr_expect_eq(r.retry_after, SIP_NO_NUMBER);
	cr_expect_eq(r.n_contacts, 1);
	cr_expect_eq(r.n_challenges, 0);
	cr_expect_null(r.auth_info.at);
	expect_slice(r.branch, "z9hG4bK0001e24030000abc0123456789ab");
	expect_slice(r.contacts[0], "<sip:6000@10.0.0.7:50001;hl=p>;expires=120");
}

Test(scan, challenges_keep_their_order_and_kind)
{
	struct sip_reply r;

	cr_assert_eq(scan("SIP/2.0 401 Unauthorized\r\n" HEADERS
			  "Proxy-Authenticate: Digest realm=\"edge\", nonce=\"a:;,\"\r\n"
			  "WWW-Authenticate:\r\n"
			  "www-authenticate : Basic realm=\"core\" \r\n"
			  "PROXY-AUTHENTICATE:Digest realm=\"third\"\r\n" NO_BODY,
			  &r),
		     SCAN_OK);
	cr_assert_eq(r.n_challenges, 3);
	cr_expect_eq(r.proxy_challenges, 5);
	expect_slice(r.challenges[0], "Digest realm=\"edge\", nonce=\"a:;,\"");
	expect_slice(r.challenges[1], "Basic realm=\"core\"");
	expect_slice(r.challenges[2], "Digest realm=\"third\"");
}

Test(scan, numbers_end_where_comments_and_parameters_begin)
{
	struct sip_reply r;

	scan("SIP/2.0 503 x\r\n" HEADERS "Retry-After: 30 (soon)\r\nMin-Expires: 60;x\r\n" NO_BODY,
	     &r);
	cr_expect_eq(r.retry_after, 30);
	cr_expect_eq(r.min_expires, 60);
	scan(REPLY_200 "Expires: Thu, 01 Dec 1994 16:00:00 GMT\r\nRetry-After: 5m\r\n" NO_BODY, &r);
	cr_expect_eq(r.expires, SIP_NO_NUMBER);
	cr_expect_eq(r.retry_after, SIP_NO_NUMBER);
	scan(REPLY_200 "Expires: 99999999999999999999\r\nExpires: 1\r\n" NO_BODY, &r);
	cr_expect_eq(r.expires, SIP_NO_NUMBER - 1, "too large is large, not absent");
	scan(REPLY_200 "Expires: \r\nExpires: 1\r\n" NO_BODY, &r);
	cr_expect_eq(r.expires, 1);
}

Test(scan, methods_of_cseq)
{
	static const struct {
		const char *line;
		int method;
	} cases[] = {
		{ "CSeq: 1 OPTIONS\r\n", HL_OPTIONS },
		{ "CSeq: 1 SUBSCRIBE\r\n", HL_SUBSCRIBE },
		{ "CSeq: 1 NOTIFY\r\n", HL_NOTIFY },
		{ "CSeq: 1 INVITE\r\n", HL_INVITE },
		{ "CSeq: 1 ACK\r\n", HL_ACK },
		{ "CSeq: 1 BYE\r\n", HL_BYE },
		{ "CSeq: 1 CANCEL\r\n", HL_CANCEL },
		{ "CSeq: 1 MESSAGE\r\n", HL_MESSAGE },
		{ "CSeq: 1 register\r\n", HL_METHOD_OTHER }, // case counts (RFC 3261 7.1)
		{ "CSeq: 1 REGISTERS\r\n", HL_METHOD_OTHER },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[1024];
		struct sip_reply r;

		strcat(strcat(strcpy(text, "SIP/2.0 200 OK\r\n" VIA_OURS NAMES), cases[i].line),
		       "\r\n");
		cr_assert_eq(scan(text, &r), SCAN_OK, "%s", cases[i].line);
		cr_expect_eq(r.method, cases[i].method, "%s", cases[i].line);
	}
}

Test(scan, the_topmost_via_counts)
{
	static const struct {
		const char *via, *branch;
	} cases[] = {
		{ "Via: SIP/2.0/UDP a:1;rport;branch=x;received=b", "x" },
		{ "Via:SIP/2.0/UDP a;received=2001:db8::1;branch=x", "x" },
		{ "Via: SIP/2.0/UDP [2001:db8::1]:50001;branch=x;received=[2001:db8::2]", "x" },
		{ "Via: SIP/2.0/UDP [2001:db8::1];branch=x", "x" },
		{ "v: sip/2.0/udp a ;  BRANCH  =  x  ; rport", "x" },
		{ "Via: SIP/2.0/TLS a;branch=one,SIP/2.0/UDP b;branch=two", "one" },
		{ "Via: SIP/2.0/UDP a;branch=one\r\nVia: SIP/2.0/UDP b;branch=two", "one" },
		{ "Via: SIP/2.0/UDP a;branch=x;branch=y", "x" },
		{ "Via: SIP/2.0/UDP a;branchy=z;xbranch=w;branch=a=b", "a=b" },
		{ "Via: SIP/2.0/UDP a;branched", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[1024] = "SIP/2.0 200 OK\r\n";
		struct sip_reply r;

		strcat(strcat(text, cases[i].via), "\r\n" NAMES CSEQ_REGISTER "\r\n");
		cr_assert_eq(scan(text, &r), SCAN_OK, "%s", cases[i].via);
		expect_slice(r.branch, cases[i].branch);
	}
}

Test(scan, harmless_forms_that_servers_write_are_read)
{
	static const char *const forms[] = {
		"SIP/2.0 200\r\n" HEADERS NO_BODY, // RFC 3261 7.2 wants a space there
		"SIP/2.0 200 \r\n" HEADERS NO_BODY,
		REPLY_200 "Content-Length: \r\n\r\n",
		REPLY_200 "l:\r\nContent-Length: 0\r\nl: 00\r\n\r\n",
		"SIP/2.0 200 x\r\nVia: SIP/2.0/UDP 10.0.0.7:50001;;branch="
		"z9hG4bK0001e24030000abc0123456789ab; ;rport=50001;\r\n" NAMES CSEQ_REGISTER
			NO_BODY,
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct sip_reply r;

		cr_assert_eq(scan(forms[i], &r), SCAN_OK, "%s", forms[i]);
		cr_expect_eq(r.status, 200);
		cr_expect_eq(r.cseq, 1000000002);
		expect_slice(r.branch, "z9hG4bK0001e24030000abc0123456789ab");
	}
}

Test(scan, what_may_be_valid_but_is_unusual_is_declined)
{
	EXPECT_RESULT("SIP/2.0 200 OK\r\n" HEADERS "Subject: a\r\n b\r\n" NO_BODY, SCAN_DECLINE);
	EXPECT_RESULT("SIP/2.0 200 OK\r\n" HEADERS "Subject: a\r\n\tb\r\n" NO_BODY, SCAN_DECLINE);
	EXPECT_RESULT("SIP/2.0 200 OK\r\n" HEADERS "Subject:\ta\r\n" NO_BODY, SCAN_DECLINE);
	EXPECT_RESULT("SIP/2.0 200 OK\n" HEADERS NO_BODY, SCAN_DECLINE);
	EXPECT_RESULT(REPLY_200 "Server: x\nContent-Length: 0\r\n\r\n", SCAN_DECLINE);
	EXPECT_RESULT(REPLY_200 "Server: x\rContent-Length: 0\r\n\r\n", SCAN_DECLINE);
	EXPECT_RESULT(REPLY_200, SCAN_DECLINE); // no blank line
	EXPECT_RESULT(REPLY_200 "Content-Length: 0\r", SCAN_DECLINE);
	EXPECT_RESULT("sip/2.0 200 OK\r\n" HEADERS NO_BODY, SCAN_DECLINE);
	EXPECT_RESULT("SIP/2.0  200 OK\r\n" HEADERS NO_BODY, SCAN_DECLINE);
	EXPECT_RESULT("SIP/2.0\t200 OK\r\n" HEADERS NO_BODY, SCAN_DECLINE);
	EXPECT_RESULT("SIP/2.0 200\tOK\r\n" HEADERS NO_BODY, SCAN_DECLINE);
	EXPECT_RESULT("SIP/2.0 200\n" HEADERS NO_BODY, SCAN_DECLINE);
	EXPECT_RESULT(
		"SIP/2.0 200 OK\r\nVia: SIP / 2.0 / UDP a;branch=x\r\n" NAMES CSEQ_REGISTER NO_BODY,
		SCAN_DECLINE);
	EXPECT_RESULT("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP [2001:db8::1:5060;branch=x\r\n" NAMES
			      CSEQ_REGISTER NO_BODY,
		      SCAN_DECLINE);
	EXPECT_RESULT("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 2001:db8::1:5060;branch=x\r\n" NAMES
			      CSEQ_REGISTER NO_BODY,
		      SCAN_DECLINE);
	EXPECT_RESULT("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP [2001:db8::1][::2];branch=x\r\n" NAMES
			      CSEQ_REGISTER NO_BODY,
		      SCAN_DECLINE);
	EXPECT_RESULT(
		"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;x=\"y\";branch=x\r\n" NAMES CSEQ_REGISTER
			NO_BODY,
		SCAN_DECLINE);
	EXPECT_RESULT("SIP/2.0 200 OK\r\nVia: \r\n" HEADERS NO_BODY, SCAN_DECLINE);
}

Test(scan, more_values_than_there_is_room_for_are_declined)
{
	char text[4096] = REPLY_200;
	struct sip_reply r;

	for (int i = 0; i < SIP_CONTACTS_MAX; i++)
		strcat(text, "Contact: <sip:a>\r\n");
	size_t eight = strlen(text);
	strcat(text, "\r\n");
	cr_expect_eq(scan(text, &r), SCAN_OK);
	cr_expect_eq(r.n_contacts, SIP_CONTACTS_MAX);
	strcpy(text + eight, "m: <sip:a>\r\n\r\n");
	cr_expect_eq(scan(text, &r), SCAN_DECLINE);

	strcpy(text, "SIP/2.0 401 x\r\n" HEADERS);
	for (int i = 0; i < SIP_CHALLENGES_MAX; i++)
		strcat(text, "WWW-Authenticate: Digest realm=\"a\"\r\n");
	size_t four = strlen(text);
	strcat(text, "\r\n");
	cr_expect_eq(scan(text, &r), SCAN_OK);
	strcpy(text + four, "Proxy-Authenticate: Digest realm=\"a\"\r\n\r\n");
	cr_expect_eq(scan(text, &r), SCAN_DECLINE);
}

Test(scan, what_lacks_a_mandatory_header_is_bad)
{
	static const char *const lines[] = {
		VIA_OURS,      "From: <sip:a@b>;tag=1\r\n", "To: <sip:a@b>\r\n", "Call-ID: a\r\n",
		CSEQ_REGISTER,
	};

	for (size_t missing = 0; missing <= 5; missing++) {
		char text[1024] = "SIP/2.0 200 OK\r\n";
		struct sip_reply r;

		for (size_t i = 0; i < 5; i++)
			strcat(text, i == missing ? "" : lines[i]);
		strcat(text, "\r\n");
		cr_expect_eq(scan(text, &r), missing == 5 ? SCAN_OK : SCAN_BAD, "without line %zu",
			     missing);
		if (missing == 0 || missing == 5)
			continue;
		strcpy(strstr(text, "\r\n\r\n") + 2, lines[missing]);
		strcat(strcat(text, lines[missing]), "\r\n");
		cr_expect_eq(scan(text, &r), SCAN_BAD, "line %zu twice", missing);
	}
}

Test(scan, malformed_ones_are_bad)
{
	EXPECT_RESULT("SIP/3.0 200 OK\r\n" HEADERS NO_BODY, SCAN_BAD);
	EXPECT_RESULT("SIP/2.00 200 OK\r\n" HEADERS NO_BODY, SCAN_BAD);
	EXPECT_RESULT("SIP/2.0 099 OK\r\n" HEADERS NO_BODY, SCAN_BAD);
	EXPECT_RESULT("SIP/2.0 700 OK\r\n" HEADERS NO_BODY, SCAN_BAD);
	EXPECT_RESULT("SIP/2.0 20 OK\r\n" HEADERS NO_BODY, SCAN_BAD);
	EXPECT_RESULT("SIP/2.0 2000 OK\r\n" HEADERS NO_BODY, SCAN_BAD);
	EXPECT_RESULT(REPLY_200 "no colon\r\n" NO_BODY, SCAN_BAD);
	EXPECT_RESULT(REPLY_200 ": no name\r\n" NO_BODY, SCAN_BAD);
	EXPECT_RESULT(REPLY_200 "a line that is longer than sixteen\r\nX: y\r\n" NO_BODY, SCAN_BAD);
	EXPECT_RESULT(REPLY_200 "Content-Length: -1\r\n\r\n", SCAN_BAD); // RFC 4475 3.1.2.3
	EXPECT_RESULT(REPLY_200 "Content-Length: 0\r\nl: 1\r\n\r\n\r\n", SCAN_BAD);
	EXPECT_RESULT(REPLY_200 "Content-Length: 4294967295\r\n\r\n", SCAN_BAD);
	EXPECT_RESULT("SIP/2.0 200 OK\r\n" VIA_OURS NAMES "CSeq: 2147483648 REGISTER\r\n\r\n",
		      SCAN_BAD);
	EXPECT_RESULT("SIP/2.0 200 OK\r\n" VIA_OURS NAMES "CSeq: x REGISTER\r\n\r\n", SCAN_BAD);
	EXPECT_RESULT("SIP/2.0 200 OK\r\n" VIA_OURS NAMES "CSeq: 1\r\n\r\n", SCAN_BAD);
	EXPECT_RESULT("SIP/2.0 200 OK\r\n" VIA_OURS NAMES "CSeq: 1 A B\r\n\r\n", SCAN_BAD);
	// RFC 4475 3.1.2.19 bigcode, 3.1.2.5 scalarlg
	EXPECT_RESULT("SIP/2.0 4294967301 better not break the receiver\r\n" HEADERS NO_BODY,
		      SCAN_BAD);
	EXPECT_RESULT(
		"SIP/2.0 503 Service Unavailable\r\nVia: SIP/2.0/TCP host129.example.com;"
		"branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129\r\nTo: <sip:user@example.com>\r\n"
		"From: <sip:other@example.net>;tag=2easdjfejw\r\n"
		"CSeq: 9292394834772304023312 OPTIONS\r\n"
		"Call-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r\r\n"
		"Retry-After: 949302838503028349304023988\r\n"
		"Warning: 1812 overture \"In Progress\"\r\nContent-Length: 0\r\n\r\n",
		SCAN_BAD);
}

Test(scan, a_nul_in_the_headers_is_bad)
{
	static const char text[] = REPLY_200 "Server: a\0b\r\n" NO_BODY;
	struct sip_reply r;

	cr_expect_eq(scan_reply(text, sizeof(text) - 1, &r), SCAN_BAD);
	static const char body[] = REPLY_200 "Content-Length: 3\r\n\r\na\0b";
	cr_expect_eq(scan_reply(body, sizeof(body) - 1, &r), SCAN_OK);
}

Test(scan, a_datagram_shorter_than_it_says_is_bad_a_longer_one_is_cut)
{
	EXPECT_RESULT(REPLY_200 "Content-Length: 4\r\n\r\nabc", SCAN_BAD);
	EXPECT_RESULT(REPLY_200 "Content-Length: 3\r\n\r\nabc", SCAN_OK);
	EXPECT_RESULT(REPLY_200 "l: 0\r\n\r\nINVITE sip:x SIP/2.0\r\n\r\n", SCAN_OK);
	EXPECT_RESULT(REPLY_200 "l: 99999999999999999999\r\n\r\n", SCAN_BAD);
}

Test(scan, other_packets_are_told_apart)
{
	EXPECT_RESULT("", SCAN_KEEPALIVE);
	EXPECT_RESULT("\r\n\r\n", SCAN_KEEPALIVE);
	EXPECT_RESULT("\r\n\r\n" REPLY_200 NO_BODY, SCAN_OK);
	EXPECT_RESULT("OPTIONS sip:6000@10.0.0.7:50001 SIP/2.0\r\n\r\n", SCAN_REQUEST);
	EXPECT_RESULT("jaK", SCAN_BAD);
	EXPECT_RESULT("\x80\x01garbage", SCAN_BAD);
	EXPECT_RESULT("SIP", SCAN_BAD);
	EXPECT_RESULT("SIP/2.0 200 \r\n", SCAN_BAD);
	struct sip_reply r;
	cr_expect_eq(scan_reply("\0\0\0\0", 4, &r), SCAN_BAD);
}

Test(scan, no_byte_is_read_behind_the_text)
{
	struct sip_reply r;

	for (size_t i = 0; i < CORPUS_N; i++) {
		uint32_t len = (uint32_t)strlen(corpus[i].text);
		uint32_t head = (uint32_t)(strstr(corpus[i].text, "\r\n\r\n") + 4 - corpus[i].text);

		for (uint32_t n = 0; n <= len; n++) {
			char *text = guard_copy(corpus[i].text, n);
			enum scan_result got = scan_reply(text, n, &r);

			cr_expect(n >= head || got != SCAN_OK, "%s cut to %u", corpus[i].name, n);
			guard_free(text, n);
		}
	}
}

// The scanner never looks before its text for anything that changes what it says.
Test(scan, what_lies_around_the_text_does_not_matter)
{
	char around[1024];
	struct sip_reply r;
	uint32_t len = (uint32_t)strlen(corpus[0].text);

	for (int c = 0; c < 256; c++) {
		memset(around, c, sizeof(around));
		memcpy(around + 100, corpus[0].text, len);
		cr_assert_eq(scan_reply(around + 100, len, &r), SCAN_OK, "among bytes %d", c);
		cr_assert_eq(scan_reply(around + 100, len - 1, &r), SCAN_DECLINE);
	}
}

#ifdef __SSE2__
Test(scan, all_ways_to_find_marked_bytes_find_the_same)
{
	uint8_t bytes[16 + BLOCK_BYTES];
	struct rng rng;

	rng_seed(&rng, 7);
	for (int round = 0; round < 200000; round++) {
		uint32_t n = rng_below(&rng, BLOCK_BYTES + 1);
		uint32_t range = round & 1 ? 256 : 64;

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)rng_below(&rng, range);
		const char *at = (const char *)bytes + sizeof(bytes) - n;
		cr_assert_eq(controls_sse2(at, n), controls_plain(at, n));
		cr_assert_eq(separators_sse2(at, n), separators_plain(at, n));
		cr_assert_eq(controls_of(at, n), controls_plain(at, n)); // the one in use
		cr_assert_eq(separators_of(at, n), separators_plain(at, n));
	}
}
#endif
