// SPDX-License-Identifier: BSD-3-Clause
// The texts that osip2 builds are what a phone sends, and become templates that the scanner reads.
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sip/build.h"
#include "sip/scan.h"
#include "sip/template.h"

static const uint8_t widths[FIELDS] = { 4, 4, 8, 5, 28, 16, 6, 10, 7 };
static const char *const values[FIELDS] = {
	"6000",
	"6000",
	"10.0.0.7",
	"50001",
	"0123456789012345678901234567",
	"call-id-16-bytes",
	"tag123",
	"1000000001",
	"   1800",
};

static const struct build_spec reg = {
	.transport = "UDP",
	.method = HL_REGISTER,
	.to_user = true,
	.has_contact = true,
	.has_credentials = true,
	.has_expires = true,
	.domain = "example.com",
	.domain_port = 5060,
	.server_tag = "p",
	.rport = true,
	.display = true,
	.user_agent = "heartline/0.1",
};

// The finished message, NUL-terminated.
static char *message(const struct build_spec *spec, const char *auth)
{
	static char out[BUILD_TEXT_MAX * 2];
	char text[BUILD_TEXT_MAX];
	struct template t;
	struct hl_error err;
	uint32_t len;

	cr_assert_eq(build_message(spec, text, &len, &err), 0, "%s", err.text);
	cr_expect_eq(len, strlen(text));
	cr_assert_eq(template_compile(&t, text, len, widths), 0);
	out[template_write(&t, values, auth, (uint32_t)strlen(auth), out)] = '\0';
	template_free(&t);
	cr_expect_null(strstr(out, "Mark"), "a mark is left: %s", out);
	return out;
}

Test(build, register_is_what_a_phone_sends)
{
	cr_expect_str_eq(
		message(&reg, "Authorization: Digest username=\"6000\"\r\n"),
		"REGISTER sip:example.com SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 10.0.0.7:50001;branch=z9hG4bK0123456789012345678901234567;rport\r\n"
		"From: \"6000\" <sip:6000@example.com>;tag=tag123\r\n"
		"To: \"6000\" <sip:6000@example.com>\r\n"
		"Call-ID: call-id-16-bytes\r\n"
		"CSeq: 1000000001 REGISTER\r\n"
		"Contact: <sip:6000@10.0.0.7:50001;hl=p>\r\n"
		"Authorization: Digest username=\"6000\"\r\n"
		"Max-Forwards: 70\r\n"
		"User-Agent: heartline/0.1\r\n"
		"Expires:    1800\r\n"
		"Content-Length: 0\r\n\r\n");
}

Test(build, subscribe_is_to_the_line_itself)
{
	struct build_spec spec = reg;

	spec.method = HL_SUBSCRIBE;
	spec.uri_of_user = true;
	spec.event = "reg";
	spec.accept = "application/reginfo+xml";
	cr_expect_str_eq(
		message(&spec, "Authorization: Digest username=\"6000\"\r\n"),
		"SUBSCRIBE sip:6000@example.com SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 10.0.0.7:50001;branch=z9hG4bK0123456789012345678901234567;rport\r\n"
		"From: \"6000\" <sip:6000@example.com>;tag=tag123\r\n"
		"To: \"6000\" <sip:6000@example.com>\r\n"
		"Call-ID: call-id-16-bytes\r\n"
		"CSeq: 1000000001 SUBSCRIBE\r\n"
		"Contact: <sip:6000@10.0.0.7:50001;hl=p>\r\n"
		"Accept: application/reginfo+xml\r\n"
		"Authorization: Digest username=\"6000\"\r\n"
		"Max-Forwards: 70\r\n"
		"User-Agent: heartline/0.1\r\n"
		"Event: reg\r\n"
		"Expires:    1800\r\n"
		"Content-Length: 0\r\n\r\n");
}

Test(build, options_asks_the_server_itself)
{
	struct build_spec spec = reg;

	spec.method = HL_OPTIONS;
	spec.to_user = spec.has_credentials = spec.has_expires = false;
	spec.accept = "application/sdp";
	spec.server_tag = "b";
	spec.rport = false;
	spec.display = false;
	cr_expect_str_eq(
		message(&spec, ""),
		"OPTIONS sip:example.com SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 10.0.0.7:50001;branch=z9hG4bK0123456789012345678901234567\r\n"
		"From: <sip:6000@example.com>;tag=tag123\r\n"
		"To: <sip:example.com>\r\n"
		"Call-ID: call-id-16-bytes\r\n"
		"CSeq: 1000000001 OPTIONS\r\n"
		"Contact: <sip:6000@10.0.0.7:50001;hl=b>\r\n"
		"Accept: application/sdp\r\n"
		"Max-Forwards: 70\r\n"
		"User-Agent: heartline/0.1\r\n"
		"Content-Length: 0\r\n\r\n");
}

Test(build, a_request_without_marks_has_neither_contact_nor_expires)
{
	struct build_spec spec = reg;

	spec.method = HL_MESSAGE;
	spec.has_contact = spec.has_expires = false;
	cr_expect_str_eq(
		message(&spec, "Authorization: Digest username=\"6000\"\r\n"),
		"MESSAGE sip:example.com SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 10.0.0.7:50001;branch=z9hG4bK0123456789012345678901234567;rport\r\n"
		"From: \"6000\" <sip:6000@example.com>;tag=tag123\r\n"
		"To: \"6000\" <sip:6000@example.com>\r\n"
		"Call-ID: call-id-16-bytes\r\n"
		"CSeq: 1000000001 MESSAGE\r\n"
		"Authorization: Digest username=\"6000\"\r\n"
		"Max-Forwards: 70\r\n"
		"User-Agent: heartline/0.1\r\n"
		"Content-Length: 0\r\n\r\n");
}

Test(build, another_port_of_the_domain_is_in_its_uris)
{
	struct build_spec spec = reg;
	char uri[64];

	spec.domain_port = 5080;
	char *text = message(&spec, "");
	cr_expect_not_null(strstr(text, "REGISTER sip:example.com:5080 SIP/2.0\r\n"));
	cr_expect_not_null(strstr(text, "To: \"6000\" <sip:6000@example.com:5080>\r\n"));
	cr_expect_eq(build_request_uri(&spec, uri, sizeof(uri)), 0);
	cr_expect_str_eq(uri, "sip:example.com:5080");
}

Test(build, the_request_uri_is_that_of_the_message)
{
	char uri[16];

	cr_expect_eq(build_request_uri(&reg, uri, sizeof(uri)), 0);
	cr_expect_str_eq(uri, "sip:example.com");
	cr_expect_eq(build_request_uri(&reg, uri, sizeof(uri) - 1), -ENOBUFS);
}

Test(build, our_scanner_reads_them_as_complete_requests)
{
	struct build_spec spec = reg;
	struct sip_request r;

	for (int options = 0; options < 2; options++) {
		spec.method = options ? HL_OPTIONS : HL_REGISTER;
		spec.has_expires = !options;
		char *text = message(&spec, "");

		cr_assert_eq(scan_request(text, (uint32_t)strlen(text), &r), SCAN_OK);
		cr_expect(r.complete);
		cr_expect(r.via_has_rport);
		cr_expect_eq(r.method, spec.method);
		cr_expect_eq(r.cseq, 1000000001);
		cr_expect_eq(r.expires, options ? SIP_NO_NUMBER : 1800);
		cr_expect_eq(r.max_forwards, 70);
		cr_expect_eq(r.via_port, 50001);
	}
}

Test(build, bad_specs_are_refused_with_a_reason)
{
	struct build_spec spec = reg;
	char text[BUILD_TEXT_MAX], long_agent[BUILD_TEXT_MAX], long_domain[300];
	struct hl_error err;
	uint32_t len;

	spec.method = HL_METHOD_OTHER;
	cr_expect_eq(build_message(&spec, text, &len, &err), -EINVAL);
	cr_expect_not_null(strstr(err.text, "no name"));
	spec = reg;
	spec.domain = "";
	cr_expect_eq(build_message(&spec, text, &len, &err), -EINVAL);
	memset(long_domain, 'a', sizeof(long_domain));
	long_domain[256] = '\0';
	spec.domain = long_domain;
	cr_expect_eq(build_message(&spec, text, &len, &err), -EINVAL);
	cr_expect_not_null(strstr(err.text, "1..255"));
	spec = reg;
	spec.user_agent = "a\r\nX: y";
	cr_expect_eq(build_message(&spec, text, &len, &err), -EINVAL);
	memset(long_agent, 'a', sizeof(long_agent));
	long_agent[sizeof(long_agent) - 1] = '\0';
	spec.user_agent = long_agent;
	cr_expect_eq(build_message(&spec, text, &len, &err), -EINVAL);
}
