// SPDX-License-Identifier: BSD-3-Clause
// Requests that come in on a line (FAILOVER.md section 6), each with the answer it must get.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

// The answer's status, 0 for none.
static int answer_to(const char *method, const char *version, const char *user, const char *headers,
		     const char *cseq)
{
	struct rig *rig = rig_new("", 1);
	char text[HL_FRAME_MAX];

	rig_command(rig, HL_COMMAND_ENABLE);
	struct frame f = rig->sent[0].frame;
	rig_clear(rig);
	snprintf(text, sizeof(text),
		 "%s sip:%s@10.99.1.1 %s\r\nVia: SIP/2.0/UDP 10.99.0.1;branch=z9hG4bKx;rport\r\n"
		 "From: <sip:s@10.99.0.1>;tag=1\r\nTo: <sip:6000@10.99.0.1>\r\nCall-ID: c\r\n"
		 "CSeq: %s\r\n%sContent-Length: 0\r\n\r\n",
		 method, user, version, cseq, headers);
	rig_datagram(rig, "10.99.0.1", 5060, &f.src, f.src_port, text);
	int status = rig->n ? atoi(rig->sent[0].text + 8) : 0;
	rig_free(rig);
	return status;
}

Test(incoming, every_request_gets_its_answer)
{
	static const struct {
		const char *method, *version, *user, *headers, *cseq;
		int status;
	} cases[] = {
		{ "OPTIONS", "SIP/2.0", "6000", "", "1 OPTIONS", 200 },
		{ "MESSAGE", "SIP/2.0", "6000", "", "1 MESSAGE", 200 },
		{ "NOTIFY", "SIP/2.0", "6000", "Event: reg\r\n", "1 NOTIFY", 481 },
		{ "INVITE", "SIP/2.0", "6000", "", "1 INVITE", 486 },
		{ "ACK", "SIP/2.0", "6000", "", "1 ACK", 0 },
		{ "DANCE", "SIP/2.0", "6000", "", "1 DANCE", 501 },
		{ "OPTIONS", "SIP/2.0", "7000", "", "1 OPTIONS", 404 },
		{ "OPTIONS", "SIP/2.0", "6000", "Require: 100rel\r\n", "1 OPTIONS", 420 },
		{ "OPTIONS", "SIP/2.0", "6000", "", "1 INVITE", 400 },
		{ "OPTIONS", "SIP/2.0", "6000", "", "x OPTIONS", 400 },
		{ "OPTIONS", "SIP/7.0", "6000", "", "1 OPTIONS", 505 },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++)
		cr_expect(eq(int,
			     answer_to(cases[k].method, cases[k].version, cases[k].user,
				       cases[k].headers, cases[k].cseq),
			     cases[k].status),
			  "case %u: %s", k, cases[k].method);
}

Test(incoming, answer_copies_via_and_adds_a_tag)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	struct frame f = rig->sent[0].frame;
	rig_clear(rig);
	rig_datagram(rig, "10.99.0.1", 5070, &f.src, f.src_port,
		     "OPTIONS sip:6000@10.99.1.1 SIP/2.0\r\n"
		     "Via: SIP/2.0/UDP 10.99.0.1:5070;branch=z9hG4bKx;rport\r\n"
		     "From: <sip:s@10.99.0.1>;tag=1\r\nTo: <sip:6000@10.99.0.1>\r\nCall-ID: c\r\n"
		     "CSeq: 7 OPTIONS\r\nContent-Length: 0\r\n\r\n");
	cr_assert(eq(u32, rig->n, 1));
	cr_assert(eq(u16, rig->sent[0].frame.dst_port, 5070));
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
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->rx_not_ours), 1));
	rig_free(rig);
}
