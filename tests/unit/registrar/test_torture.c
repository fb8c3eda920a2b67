// SPDX-License-Identifier: BSD-3-Clause
// The messages of RFC 4475 at the registrar: what it answers, and what it binds.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sip/torture/frame.h"
#include "sip/torture/table.h"

#include "registrar/rig.h"

// Status of the answer to a datagram in a frame that ends at a guard page; 0: none. The answer's
// text is in rig->text.
static int tell(struct rig *rig, const char *text, uint32_t len)
{
	static const struct route route = { { 2, 0, 0, 0, 0, 7 }, { 2, 0, 0, 0, 0, 1 } };
	struct hl_endpoint client = { .port = 50001 }, server = { .port = 5060 };
	struct frame f;

	hl_addr_parse("10.1.0.7", 8, &client.addr);
	hl_addr_parse("10.0.0.1", 8, &server.addr);
	struct hl_packet pkt = torture_frame(&route, &client, &server, text, len);
	hl_registrar_rx(rig->r, &pkt, 1, &rig->tx, rig->now_ns);
	guard_free(pkt.data, pkt.len);
	uint16_t n = rig->tx.n;
	rig->tx.n = 0;
	rig->text[0] = '\0';
	if (n == 0)
		return 0;
	cr_assert_eq(n, 1);
	cr_assert_eq(frame_read(rig->pkts[0].data, rig->pkts[0].len, 0, &f), FRAME_UDP);
	memcpy(rig->text, f.payload, f.payload_len);
	rig->text[f.payload_len] = '\0';
	return status_of(rig->text);
}

#define TELL(RIG, NAME) tell(RIG, NAME, sizeof(NAME) - 1)

static bool is_bound(const struct rig *rig, const char *aor)
{
	return hl_registrar_bound(rig->r, 0, aor, rig->now_ns);
}

Test(torture, the_registrar_answers_each_request_as_required)
{
	for (size_t i = 0; i < TORTURE_REQUESTS; i++) {
		const struct torture_request *t = &torture_requests[i];
		struct rig rig;

		rig_start(&rig, NULL);
		int status = tell(&rig, t->text, t->len);
		cr_expect_eq(status, t->registrar, "%s %s: %d, not %u: %s", t->section, t->name,
			     status, t->registrar, t->why);
		rig_stop(&rig);
	}
}

Test(torture, the_registrar_is_deaf_to_responses)
{
	struct rig rig;

	rig_start(&rig, NULL);
	for (size_t i = 0; i < TORTURE_REPLIES; i++)
		cr_expect_eq(tell(&rig, torture_replies[i].text, torture_replies[i].len), 0, "%s",
			     torture_replies[i].name);
	cr_expect_eq(COUNTER(&rig, 0, malformed), TORTURE_REPLIES);
	rig_stop(&rig);
}

Test(torture, escnull_binds_two_contacts)
{
	struct rig rig;

	rig_start(&rig, NULL);
	cr_assert_eq(TELL(&rig, escnull), 200);
	cr_expect(is_bound(&rig, "null-%00-null@example.com"));
	cr_expect_not_null(strstr(rig.text, "Contact: <sip:%00@host5.example.com>;expires="));
	cr_expect_not_null(strstr(rig.text, "Contact: <sip:%00%00@host5.example.com>;expires="));
	rig_stop(&rig);
}

Test(torture, dblreq_binds_one_and_ignores_the_rest)
{
	struct rig rig;

	rig_start(&rig, NULL);
	cr_assert_eq(TELL(&rig, dblreq), 200);
	cr_expect(is_bound(&rig, "j.user@example.com"));
	cr_expect_eq(COUNTER(&rig, 0, requests[HL_INVITE]), 0);
	rig_stop(&rig);
}

Test(torture, cparam01_and_cparam02_tell_whose_a_parameter_is)
{
	struct rig rig;

	rig_start(&rig, NULL);
	cr_assert_eq(TELL(&rig, cparam01), 200);
	cr_expect_not_null(strstr(rig.text, "<sip:+19725552222@gw1.example.net>;expires="));
	rig_stop(&rig);
	rig_start(&rig, NULL);
	cr_assert_eq(TELL(&rig, cparam02), 200);
	cr_expect_not_null(
		strstr(rig.text, "<sip:+19725552222@gw1.example.net;unknownparam>;expires="));
	rig_stop(&rig);
}

Test(torture, regescrt_is_bound_with_its_headers_and_regbadct_is_not)
{
	struct rig rig;

	rig_start(&rig, NULL);
	cr_assert_eq(TELL(&rig, regbadct), 400);
	cr_expect_not(is_bound(&rig, "user@example.com"));
	cr_assert_eq(TELL(&rig, regescrt), 200);
	cr_expect_not_null(strstr(
		rig.text, "<sip:user@example.com?Route=%3Csip:sip.example.com%3E>;expires="));
	rig_stop(&rig);
}

Test(torture, regaut01_is_challenged_when_there_is_digest)
{
	struct hl_registrar_config config;
	struct rig rig;

	rig_config(&config);
	config.password = "secret";
	rig_start(&rig, &config);
	cr_assert_eq(TELL(&rig, regaut01), 401);
	cr_expect_not_null(strstr(rig.text, "\r\nWWW-Authenticate: Digest "));
	rig_stop(&rig);
}

Test(torture, malformed_requests_bind_nothing)
{
	struct rig rig;

	rig_start(&rig, NULL);
	for (size_t i = 0; i < TORTURE_REQUESTS; i++) {
		if (!torture_requests[i].complete)
			tell(&rig, torture_requests[i].text, torture_requests[i].len);
	}
	TELL(&rig, unksm2);
	cr_expect_eq(COUNTER(&rig, 0, bindings), 0);
	rig_stop(&rig);
}

// Every prefix of every message: no read past its end, no answer without a Via, nothing bound.
Test(torture, cut_at_every_length_a_request_breaks_nothing)
{
	for (size_t i = 0; i < TORTURE_REQUESTS; i++) {
		const struct torture_request *t = &torture_requests[i];
		const char *blank = memmem(t->text, t->len, "\r\n\r\n", 4);
		const uint32_t headers = blank != NULL ? (uint32_t)(blank + 4 - t->text) : t->len;
		struct rig rig;

		rig_start(&rig, NULL);
		for (uint32_t n = 0; n < headers; n++) {
			int status = tell(&rig, t->text, n);

			cr_assert(status == 0 || status == 400 || status == 505, "%s, %u bytes: %d",
				  t->name, n, status);
			cr_assert(status == 0 || strstr(rig.text, "\r\nVia: ") != NULL,
				  "%s, %u bytes", t->name, n);
		}
		cr_expect_eq(COUNTER(&rig, 0, bindings), 0, "%s", t->name);
		for (uint32_t n = headers; n < t->len; n++)
			tell(&rig, t->text, n);
		rig_stop(&rig);
	}
}
