// SPDX-License-Identifier: BSD-3-Clause
// Responses repeat what the request said, and tell it where it came from.
#include <criterion/criterion.h>
#include <string.h>

#include "sip/respond.h"

#include "../guard.h"

#define TAIL \
	"From: <sip:server@example.com>;tag=s1\r\nTo: <sip:6000@example.com>\r\n" \
	"Call-ID: abc@192.0.2.1\r\nCSeq: 102 OPTIONS\r\n"

static const struct hl_endpoint source = {
	.addr = { .family = HL_FAMILY_IPV4, .bytes = { 192, 0, 2, 1 } },
	.port = 5066,
};

static uint32_t respond(const char *vias, const struct respond_spec *spec, char *out, uint32_t room)
{
	char text[2048] = "OPTIONS sip:6000@10.0.0.7:50001 SIP/2.0\r\n";
	struct sip_request r;

	strcat(strcat(text, vias), TAIL "\r\n");
	cr_assert_eq(scan_request(text, (uint32_t)strlen(text), &r), SCAN_OK);
	cr_assert(r.complete, "%s", vias);
	return respond_write(&r, spec, out, room);
}

static void expect_vias(const char *vias, const char *answered)
{
	struct respond_spec spec = { .status = 100, .received = &source };
	char out[2048], want[2048] = "SIP/2.0 100 Trying\r\n";

	uint32_t len = respond(vias, &spec, out, sizeof(out));
	strcat(strcat(want, answered), TAIL "Content-Length: 0\r\n\r\n");
	cr_expect(len == strlen(want) && memcmp(out, want, len) == 0, "%.*s\nis not\n%s", (int)len,
		  out, want);
}

Test(respond, the_whole_text)
{
	struct respond_spec spec = {
		.status = 200,
		.tag = "t1x",
		.tag_len = 2,
		.headers = "Accept: application/sdp\r\nAllow: OPTIONS\r\n",
		.headers_len = 41,
	};
	char out[1024];
	uint32_t len = respond("Via: SIP/2.0/UDP a;branch=b\r\n", &spec, out, sizeof(out));

	out[len] = '\0';
	cr_expect_str_eq(out,
			 "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=b\r\n"
			 "From: <sip:server@example.com>;tag=s1\r\n"
			 "To: <sip:6000@example.com>;tag=t1\r\n"
			 "Call-ID: abc@192.0.2.1\r\nCSeq: 102 OPTIONS\r\n"
			 "Accept: application/sdp\r\nAllow: OPTIONS\r\nContent-Length: 0\r\n\r\n");
}

Test(respond, received_is_told_when_it_differs_and_rport_when_asked)
{
	expect_vias("Via: SIP/2.0/UDP 192.0.2.1:5060;branch=b\r\n",
		    "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=b\r\n");
	expect_vias("Via: SIP/2.0/UDP 10.9.9.9;branch=b\r\n",
		    "Via: SIP/2.0/UDP 10.9.9.9;branch=b;received=192.0.2.1\r\n");
	expect_vias("v: SIP/2.0/UDP host.example\r\n",
		    "Via: SIP/2.0/UDP host.example;received=192.0.2.1\r\n");
	// RFC 3581 4: both, even where the address is the same
	expect_vias("Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=b\r\n",
		    "Via: SIP/2.0/UDP 192.0.2.1:5060;rport=5066;branch=b;received=192.0.2.1\r\n");
	expect_vias("Via: SIP/2.0/UDP 192.0.2.1;branch=b; rport \r\n",
		    "Via: SIP/2.0/UDP 192.0.2.1;branch=b; rport=5066;received=192.0.2.1\r\n");
}

Test(respond, only_the_topmost_via_is_completed_and_all_come_back)
{
	expect_vias("Via: SIP/2.0/UDP a;rport,SIP/2.0/UDP b;rport\r\nVia: SIP/2.0/UDP c;rport\r\n",
		    "Via: SIP/2.0/UDP a;rport=5066;received=192.0.2.1,SIP/2.0/UDP b;rport\r\n"
		    "Via: SIP/2.0/UDP c;rport\r\n");
	char vias[1024] = "Via: SIP/2.0/UDP 192.0.2.1\r\n";
	for (int i = 0; i < 12; i++)
		strcat(vias, "Via: SIP/2.0/UDP d\r\n");
	expect_vias(vias, vias);
}

Test(respond, a_tag_is_added_once_and_not_to_100)
{
	struct respond_spec spec = { .status = 100, .tag = "t", .tag_len = 1 };
	char out[1024],
		text[1024] = "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nFrom: <sip:a@b>\r\n"
			     "To: sip:a@b;tag=mine\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n\r\n";
	struct sip_request r;

	out[respond("Via: SIP/2.0/UDP a\r\n", &spec, out, sizeof(out))] = '\0';
	cr_expect_not_null(strstr(out, "To: <sip:6000@example.com>\r\n"));
	spec.status = 486;
	scan_request(text, (uint32_t)strlen(text), &r);
	out[respond_write(&r, &spec, out, sizeof(out))] = '\0';
	cr_expect_not_null(strstr(out, "To: sip:a@b;tag=mine\r\n"));
}

Test(respond, no_room_no_text)
{
	struct respond_spec spec = { .status = 200, .received = &source };
	char big[1024];
	uint32_t need = respond("Via: SIP/2.0/UDP a;rport\r\n", &spec, big, sizeof(big));

	for (uint32_t room = 0; room <= need; room++) {
		char *out = guard_alloc(room);

		cr_expect_eq(respond("Via: SIP/2.0/UDP a;rport\r\n", &spec, out, room),
			     room == need ? need : 0, "room for %u", room);
		guard_free(out, room);
	}
}

Test(respond, what_a_broken_request_has_is_repeated)
{
	const char text[] = "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP\r\nTo: \"open\r\n\r\n";
	struct respond_spec spec = { .status = 400, .received = &source };
	struct sip_request r;
	char out[1024];

	cr_assert_eq(scan_request(text, sizeof(text) - 1, &r), SCAN_OK);
	cr_assert_not(r.complete);
	out[respond_write(&r, &spec, out, sizeof(out))] = '\0';
	cr_expect_str_eq(out, "SIP/2.0 400 Bad Request\r\nVia: SIP/2.0/UDP\r\nTo: \"open\r\n"
			      "Content-Length: 0\r\n\r\n");
}
