// SPDX-License-Identifier: BSD-3-Clause
// What the reader of requests finds, and which requests are to be answered 400.
#include <criterion/criterion.h>
#include <string.h>

#include "sip/scan.h"

#include "../guard.h"

#define REST \
	"From: <sip:server@example.com>;tag=s1\r\nTo: <sip:6000@example.com>\r\n" \
	"Call-ID: abc@192.0.2.1\r\n"
#define VIA "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776;rport\r\n"
#define OPTIONS_LINE "OPTIONS sip:6000@10.0.0.7:50001 SIP/2.0\r\n"
#define CSEQ "CSeq: 102 OPTIONS\r\n"
#define GOOD OPTIONS_LINE VIA REST CSEQ

static enum scan_result scan(const char *text, struct sip_request *r)
{
	uint32_t len = (uint32_t)strlen(text);

	return scan_request(guard_copy(text, len), len, r);
}

static void expect_slice(struct slice s, const char *text)
{
	cr_expect(s.len == strlen(text) && (s.len == 0 || memcmp(s.at, text, s.len) == 0),
		  "\"%.*s\", not \"%s\"", (int)s.len, s.at, text);
}

static void expect_complete(const char *text, bool complete)
{
	struct sip_request r;

	cr_expect_eq(scan(text, &r), SCAN_OK, "%s", text);
	cr_expect_eq(r.complete, complete, "%s:\n%s", complete ? "not complete" : "complete", text);
}

Test(request, all_that_an_answer_needs)
{
	struct sip_request r;

	cr_assert_eq(
		scan("REGISTER sip:Example.com:5070 SIP/2.0\r\n"
		     "Via: SIP/2.0/UDP 10.0.0.7:50001;branch=z9hG4bKa;rport\r\n"
		     "Via: SIP/2.0/UDP second\r\nMax-Forwards: 70\r\n"
		     "From: \"6000\" <sip:6000@example.com>;tag=a1\r\n"
		     "To: \"6000\" <sip:6000:secret@example.com>\r\nCall-ID: abc\r\n"
		     "CSeq: 1000000001 REGISTER\r\n"
		     "Contact: <sip:6000@10.0.0.7:50001;hl=p>\r\nContact: *\r\nExpires: 120\r\n"
		     "Authorization: Digest username=\"6000\"\r\n"
		     "Require: outbound\r\nEvent: presence\r\nContent-Length: 2\r\n\r\nab--",
		     &r),
		SCAN_OK);
	cr_expect(r.complete);
	cr_expect(r.version_ok);
	cr_expect(r.via_has_rport);
	cr_expect_not(r.to_has_tag);
	cr_expect_eq(r.method, HL_REGISTER);
	cr_expect_eq(r.cseq_method, HL_REGISTER);
	cr_expect_eq(r.cseq, 1000000001);
	cr_expect_eq(r.expires, 120);
	cr_expect_eq(r.max_forwards, 70);
	cr_expect_eq(r.n_vias, 2);
	cr_expect_eq(r.n_contacts, 2);
	cr_expect_eq(r.via_port, 50001);
	expect_slice(r.method_text, "REGISTER");
	expect_slice(r.uri, "sip:Example.com:5070");
	expect_slice(r.uri_user, "");
	expect_slice(r.uri_host, "Example.com");
	expect_slice(r.vias[0], "SIP/2.0/UDP 10.0.0.7:50001;branch=z9hG4bKa;rport");
	expect_slice(r.vias[1], "SIP/2.0/UDP second");
	expect_slice(r.via_host, "10.0.0.7");
	expect_slice(r.from, "\"6000\" <sip:6000@example.com>;tag=a1");
	expect_slice(r.to_user, "6000");
	expect_slice(r.to_host, "example.com");
	expect_slice(r.call_id, "abc");
	expect_slice(r.cseq_text, "1000000001 REGISTER");
	expect_slice(r.contacts[0], "<sip:6000@10.0.0.7:50001;hl=p>");
	expect_slice(r.authorization, "Digest username=\"6000\"");
	expect_slice(r.require, "outbound");
	expect_slice(r.event, "presence");
	expect_slice(r.body, "ab");
}

Test(request, what_is_not_there_is_empty)
{
	struct sip_request r;

	cr_assert_eq(scan(GOOD "\r\n", &r), SCAN_OK);
	cr_expect(r.complete);
	cr_expect_eq(r.expires, SIP_NO_NUMBER);
	cr_expect_eq(r.max_forwards, SIP_NO_NUMBER);
	cr_expect_null(r.authorization.at);
	cr_expect_null(r.require.at);
	cr_expect_eq(r.n_contacts, 0);
	cr_expect_eq(r.body.len, 0);
	expect_slice(r.uri_user, "6000");
	expect_slice(r.uri_host, "10.0.0.7");
}

Test(request, what_is_missing_twice_or_malformed_makes_it_incomplete)
{
	expect_complete(GOOD "\r\n", true);
	expect_complete(OPTIONS_LINE REST CSEQ "\r\n", false);
	expect_complete(OPTIONS_LINE VIA CSEQ "\r\n", false);
	expect_complete(OPTIONS_LINE VIA REST "\r\n", false);
	expect_complete(GOOD CSEQ "\r\n", false);
	expect_complete(GOOD "Call-ID: other\r\n\r\n", false);
	expect_complete(GOOD "t: <sip:a@b>\r\n\r\n", false);
	expect_complete(GOOD, false); // no blank line
	expect_complete(GOOD "no colon\r\n\r\n", false);
	expect_complete(OPTIONS_LINE VIA REST "CSeq: 1 INVITE\r\n\r\n", false);
	expect_complete(OPTIONS_LINE VIA REST "CSeq: 36893488147419103232 OPTIONS\r\n\r\n", false);
	expect_complete(OPTIONS_LINE "Via: SIP/2.0/UDP\r\n" REST CSEQ "\r\n", false);
	expect_complete(OPTIONS_LINE "Via: HTTP/2.0/UDP a\r\n" REST CSEQ "\r\n", false);
	expect_complete(OPTIONS_LINE "Via: SIP/2.0/UDP a:port\r\n" REST CSEQ "\r\n", false);
	expect_complete(OPTIONS_LINE "Via: SIP/2.0/UDP a:5060x;rport\r\n" REST CSEQ "\r\n", false);
	expect_complete(OPTIONS_LINE "Via: SIP/2.0/UDP a b;rport\r\n" REST CSEQ "\r\n", false);
	expect_complete(OPTIONS_LINE "Via: SIP/2.0/UDP a;x=\"\r\n" REST CSEQ "\r\n", false);
	expect_complete(GOOD "Max-Forwards: 0\r\n\r\n", true);
	expect_complete(GOOD "Max-Forwards: 300\r\n\r\n", false);           // RFC 4475 3.1.2.4
	expect_complete(GOOD "Content-Length: -999\r\n\r\n", false);        // 3.1.2.3
	expect_complete(GOOD "Content-Length: 9999\r\n\r\nv=0\r\n", false); // 3.1.2.2
	expect_complete(GOOD "Content-Length: 0\r\n\r\nREGISTER sip:x SIP/2.0\r\n", true); // dblreq
}

#define WITH_TO(TO) \
	OPTIONS_LINE VIA "From: <sip:a@b>;tag=1\r\nCall-ID: x\r\n" CSEQ "To: " TO "\r\n\r\n"
Test(request, addresses_of_rfc_4475)
{
	struct sip_request r;

	expect_complete(WITH_TO("\"Mr. J. User <sip:j.user@example.com>"), false); // quotbal
	expect_complete(WITH_TO("Bell, Alexander <sip:a.g.bell@example.com>;tag=43"),
			false); // baddn
	expect_complete(WITH_TO("<sip:a@b"), false);
	expect_complete(WITH_TO("<sip:a@b>, <sip:c@d>"), false); // multi01
	expect_complete(WITH_TO("<a@b>"), false);
	expect_complete(WITH_TO("caller<sip:caller@example.com>;tag=323"), true); // lwsdisp
	expect_complete(WITH_TO("\"Watson, Thomas\" < sip:t.watson@example.org >"), true);
	expect_complete(WITH_TO("isbn:2983792873"), true); // 3.3.4: another scheme
	expect_complete(WITH_TO("sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n"),
			true);

	scan(WITH_TO("\"a>;tag=x\\\" \" <sip:u@b;tag=1>;x=\";tag=2\""), &r);
	cr_expect_not(r.to_has_tag, "a tag in quotes or in the URI is none");
	scan(WITH_TO("sip:u@b ; TAG\r\n = x"), &r);
	cr_expect(r.to_has_tag);
	expect_slice(r.to_user, "u");
}

Test(request, request_lines_of_rfc_4475)
{
	static const struct {
		const char *line;
		enum scan_result result;
		bool complete, version_ok;
	} cases[] = {
		{ "OPTIONS sip:t.watson@example.org SIP/7.0\r\n", SCAN_OK, true, false }, // badvers
		{ "OPTIONS <sip:user@example.com> SIP/2.0\r\n", SCAN_OK, false, true }, // ltgtruri
		{ "OPTIONS sip:user@example.com; lr SIP/2.0\r\n", SCAN_OK, false, true }, // lwsruri
		{ "OPTIONS  sip:user@example.com  SIP/2.0\r\n", SCAN_OK, false, true }, // lwsstart
		{ "OPTIONS sip:a@example.com SIP/2.0  \r\n", SCAN_OK, true, true },     // trws
		{ "OPTIONS nobodyKnowsThisScheme:opaquecontent SIP/2.0\r\n", SCAN_OK, true, true },
		{ "OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0\r\n", SCAN_OK, true,
		  true },
		{ "OPTIONS sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~"
		  "d_too.(doesn't-it)@example.com SIP/2.0\r\n",
		  SCAN_OK, true, true }, // intmeth
		{ "OPTIONS SIP/2.0\r\n", SCAN_OK, false, true },
		{ "OPTIONS sip:a@b\r\n", SCAN_BAD, false, false },
		{ "OPT(IONS sip:a@b SIP/2.0\r\n", SCAN_BAD, false, false },
		{ "GET / HTTP/1.1 and more\r\n", SCAN_BAD, false, false },
		{ "SIP/2.0 200 OK\r\n", SCAN_BAD, false, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[1024];
		struct sip_request r;

		strcat(strcpy(text, cases[i].line), VIA REST CSEQ "\r\n");
		cr_expect_eq(scan(text, &r), cases[i].result, "%s", cases[i].line);
		if (cases[i].result != SCAN_OK)
			continue;
		cr_expect_eq(r.complete, cases[i].complete, "%s", cases[i].line);
		cr_expect_eq(r.version_ok, cases[i].version_ok, "%s", cases[i].line);
	}
}

// RFC 4475 3.1.1.1, a short tortuous INVITE: all of it is valid.
Test(request, wsinv)
{
	static const char text[] =
		"INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n"
		"TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n"
		"from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n  ;\r\n"
		"  tag = 98asjd8\r\n"
		"MaX-fOrWaRdS: 0068\r\n"
		"Call-ID: wsinv.ndaksdj@192.0.2.1\r\n"
		"Content-Length   : 150\r\n"
		"cseq: 0009\r\n  INVITE\r\n"
		"Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\n"
		"s :\r\n"
		"NewFangledHeader:   newfangled value\r\n continued newfangled value\r\n"
		"UnknownHeaderWithUnusualValue: ;;,,;;,;\r\n"
		"Content-Type: application/sdp\r\n"
		"Route:\r\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\n"
		"v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n"
		"  branch  =   z9hG4bK9ikj8  ,\r\n"
		" SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n"
		"m:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\r\n"
		"      newvalue ;\r\n  secondparam ; q = 0.33\r\n\r\n"
		"v=0\r\no=mhandley 29739 7272939 IN IP4 192.0.2.3\r\ns=-\r\nc=IN IP4 192.0.2.4\r\n"
		"t=0 0\r\nm=audio 49217 RTP/AVP 0 12\r\nm=video 3227 RTP/AVP 31\r\n"
		"a=rtpmap:31 LPC\r\n";
	struct sip_request r;

	cr_assert_eq(scan(text, &r), SCAN_OK);
	cr_expect(r.complete);
	cr_expect(r.to_has_tag);
	cr_expect_eq(r.method, HL_INVITE);
	cr_expect_eq(r.cseq, 9);
	cr_expect_eq(r.max_forwards, 68);
	cr_expect_eq(r.n_vias, 2);
	cr_expect_eq(r.n_contacts, 1);
	cr_expect_eq(r.body.len, 150);
	expect_slice(r.via_host, "192.0.2.2");
	expect_slice(r.to_user, "vivekg");
}

Test(request, more_than_eight_via_lines_stay_together)
{
	char text[2048] = OPTIONS_LINE REST CSEQ;
	struct sip_request r;

	for (int i = 0; i < 10; i++)
		strcat(text, i == 9 ? "v: SIP/2.0/UDP last\r\n" : "Via: SIP/2.0/UDP a\r\n");
	size_t ten = strlen(text);
	strcat(text, "\r\n");
	cr_assert_eq(scan(text, &r), SCAN_OK);
	cr_expect(r.complete);
	cr_assert_eq(r.n_vias, SIP_VIAS_MAX);
	expect_slice(r.vias[6], "SIP/2.0/UDP a");
	expect_slice(r.vias[7], "SIP/2.0/UDP a\r\nVia: SIP/2.0/UDP a\r\nv: SIP/2.0/UDP last");
	strcpy(text + ten, "Subject: x\r\nVia: SIP/2.0/UDP apart\r\n\r\n");
	cr_expect_eq(scan(text, &r), SCAN_DECLINE);
}

Test(request, the_topmost_via_is_read_with_all_its_blanks)
{
	static const struct {
		const char *via, *host;
		uint16_t port;
		bool rport;
	} cases[] = {
		{ "Via: SIP/2.0/UDP a.example:5070;rport;branch=x", "a.example", 5070, true },
		{ "Via: SIP/2.0/UDP a ; RPORT ; branch=x", "a", 0, true },
		{ "Via: SIP/2.0/UDP a : 5070 ;rport=1", "a", 5070, false },
		{ "Via: SIP/2.0/UDP [2001:db8::9]:5070;rport", "[2001:db8::9]", 5070, true },
		{ "Via: SIP/2.0/UDP a;branch=x, SIP/2.0/UDP b;rport", "a", 0, false },
		{ "Via: SIP/2.0/UDP a;x=\";rport\";branch=x", "a", 0, false },
		{ "Via: SIP/2.0/UDP a;xrport;rports", "a", 0, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[1024] = OPTIONS_LINE;
		struct sip_request r;

		strcat(strcat(text, cases[i].via), "\r\n" REST CSEQ "\r\n");
		cr_assert_eq(scan(text, &r), SCAN_OK);
		cr_expect(r.complete, "%s", cases[i].via);
		expect_slice(r.via_host, cases[i].host);
		cr_expect_eq(r.via_port, cases[i].port, "%s", cases[i].via);
		cr_expect_eq(r.via_has_rport, cases[i].rport, "%s", cases[i].via);
	}
}

Test(request, other_packets_are_told_apart)
{
	struct sip_request r;

	cr_expect_eq(scan("", &r), SCAN_KEEPALIVE);
	cr_expect_eq(scan("\r\n\r\n", &r), SCAN_KEEPALIVE);
	cr_expect_eq(scan("\r\n" GOOD "\r\n", &r), SCAN_OK);
	cr_expect_eq(scan("A b SIP/2.0\r\n", &r), SCAN_BAD);
	cr_expect_eq(scan("OPTIONS sip:a@b SIP/2.0\r\n", &r), SCAN_BAD);
	cr_expect_eq(scan(GOOD "X: a\nY: b\r\n\r\n", &r), SCAN_DECLINE);
	static const char nul[] = GOOD "X: \0\r\n\r\n";
	cr_expect_eq(scan_request(nul, sizeof(nul) - 1, &r), SCAN_BAD);
}

Test(request, no_byte_is_read_behind_the_text)
{
	static const char text[] =
		"REGISTER sip:a:5 SIP/2.0\r\nv: SIP / 2.0\r\n /UDP [::1] : 5 ;rport , x\r\n"
		"f: \"a\\\"b\" <sip:u:p@h?x=y>;tag=\"q\"\r\nt: sip:b@[::1]:5;tag\r\n"
		"i: a\r\nCSeq: 1 REGISTER\r\nl: 1\r\nMax-Forwards: 7\r\n\r\nx";
	struct sip_request r;

	for (size_t n = 0; n < sizeof(text); n++) {
		char *copy = guard_copy(text, n);

		enum scan_result got = scan_request(copy, (uint32_t)n, &r);
		cr_expect(got != SCAN_OK || r.complete == (n == sizeof(text) - 1), "cut to %zu", n);
		guard_free(copy, n);
	}
	cr_expect_eq(scan(text, &r), SCAN_OK);
	cr_expect(r.complete);
}
