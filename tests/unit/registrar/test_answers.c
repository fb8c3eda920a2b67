// SPDX-License-Identifier: BSD-3-Clause
// Requests other than REGISTER, and frames that are no requests.
#include <math.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "net/arp.h"
#include "net/frame.h"
#include "net/headers.h"
#include "registrar/rig.h"
#include "via_forms.h"

static struct rig rig;

static void setup(void)
{
	rig_start(&rig, NULL);
}

static void teardown(void)
{
	rig_stop(&rig);
}

TestSuite(answers, .init = setup, .fini = teardown);

static const char *request(const char *method, const char *more)
{
	static char text[1024];

	snprintf(text, sizeof(text),
		 "%s sip:6000@10.0.0.1 SIP/2.0\r\n"
		 "Via: SIP/2.0/UDP 10.1.0.7:50001;branch=z9hG4bK3\r\n"
		 "From: <sip:6000@10.0.0.1>;tag=f\r\nTo: <sip:6000@10.0.0.1>\r\n"
		 "Call-ID: call-3\r\nCSeq: 9 %s\r\n%sContent-Length: 0\r\n\r\n",
		 method, method, more);
	return text;
}

Test(answers, options_say_what_is_allowed)
{
	const char *answer = rig_options(&rig, 1);
	cr_assert_eq(status_of(answer), 200);
	cr_assert_not_null(strstr(answer, "\r\nAllow: REGISTER, OPTIONS"));
	cr_assert_not_null(strstr(answer, "\r\nAccept: "));
	cr_assert_eq(COUNTER(&rig, 1, requests[HL_OPTIONS]), 1);
	cr_assert_eq(COUNTER(&rig, 0, requests[HL_OPTIONS]), 0);
}

Test(answers, the_same_request_gets_the_same_answer)
{
	char first[HL_FRAME_MAX];

	strcpy(first, rig_options(&rig, 0));
	cr_assert_str_eq(rig_options(&rig, 0), first);
}

Test(answers, what_a_registrar_does_not_do_is_refused)
{
	static const struct {
		const char *method, *more;
		int status;
		const char *header;
	} cases[] = {
		{ "INVITE", "", 405, "\r\nAllow: REGISTER, OPTIONS" },
		{ "SUBSCRIBE", "", 405, "\r\nAllow: REGISTER, OPTIONS" },
		{ "BYE", "", 405, "\r\nAllow: REGISTER, OPTIONS" },
		{ "DANCE", "", 501, "\r\nAllow: REGISTER, OPTIONS" },
		{ "CANCEL", "", 481, "" },
		{ "OPTIONS", "Require: 100rel, x\r\n", 420, "\r\nUnsupported: 100rel, x\r\n" },
		{ "REGISTER", "Require: path\r\n", 420, "\r\nUnsupported: path\r\n" },
		{ "OPTIONS", "CSeq: 10 OPTIONS\r\n", 400, "" },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *answer = rig_send(&rig, 0, request(cases[i].method, cases[i].more));
		cr_assert_eq(status_of(answer), cases[i].status, "%s %s", cases[i].method,
			     cases[i].more);
		cr_assert_not_null(strstr(answer, cases[i].header), "%s", answer);
	}
	cr_assert_null(rig_send(&rig, 0, request("ACK", "")));
	cr_assert_eq(COUNTER(&rig, 0, requests[HL_ACK]), 1);
	char *old = strstr(request("OPTIONS", ""), "SIP/2.0\r");
	old[4] = '3';
	cr_assert_eq(status_of(rig_send(&rig, 0, old - strlen("OPTIONS sip:6000@10.0.0.1 "))), 505);
}

Test(answers, no_answer_to_keepalives_responses_and_noise)
{
	cr_assert_null(rig_send(&rig, 0, "\r\n\r\n"));
	cr_assert_eq(COUNTER(&rig, 0, malformed), 0);
	cr_assert_null(rig_send(&rig, 0, "SIP/2.0 200 OK\r\nCSeq: 1 OPTIONS\r\n\r\n"));
	cr_assert_null(rig_send(&rig, 0, "hello, is this the registrar?"));
	cr_assert_null(rig_send(&rig, 0, "OPTIONS sip:h SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n"));
	cr_assert_eq(COUNTER(&rig, 0, malformed), 3);
}

Test(answers, another_destination_is_left_alone)
{
	uint8_t frame[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = frame };

	cr_assert_null(rig_send(&rig, 2, request("OPTIONS", "")));
	pkt.len = rig_frame(frame, 0, request("OPTIONS", ""));
	store_be16(frame + ETH_BYTES + IPV4_BYTES + 2, 5061);
	store_be16(frame + ETH_BYTES + IPV4_BYTES + 6, 0); // no checksum
	hl_registrar_rx(rig.r, &pkt, 1, &rig.tx, rig.now_ns);
	cr_assert_eq(rig.tx.n, 0);
	for (unsigned i = 0; i < 2; i++)
		cr_assert(COUNTER(&rig, i, requests[HL_OPTIONS]) == 0 &&
			  COUNTER(&rig, i, malformed) == 0);
}

Test(answers, a_frame_that_is_damaged_is_counted)
{
	uint8_t frame[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = frame };

	pkt.len = rig_frame(frame, 0, request("OPTIONS", ""));
	frame[pkt.len - 1] ^= 1;
	hl_registrar_rx(rig.r, &pkt, 1, &rig.tx, rig.now_ns);
	cr_assert(rig.tx.n == 0 && COUNTER(&rig, 0, malformed) == 1);
	frame[pkt.len - 1] ^= 1;
	pkt.len -= 1;
	hl_registrar_rx(rig.r, &pkt, 1, &rig.tx, rig.now_ns);
	cr_assert(rig.tx.n == 0 && COUNTER(&rig, 0, malformed) == 2);
}

Test(answers, they_go_where_the_via_says_at_the_source_address)
{
	uint8_t frame[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = frame };
	struct hl_addr client;
	struct frame f;
	char text[1024];

	hl_addr_parse("10.1.0.7", 8, &client);
	// twice: scanned, and like a text that was scanned before
	for (unsigned k = 0; k < 2 * VIA_FORMS; k++) {
		const struct via_form *form = &via_forms[k % VIA_FORMS];
		uint64_t refused = COUNTER(&rig, 0, maddr_refused);

		via_form_request(form, "10.1.0.7", text, sizeof(text));
		pkt.len = rig_frame(frame, 0, text);
		rig.tx.n = 0;
		hl_registrar_rx(rig.r, &pkt, 1, &rig.tx, rig.now_ns);
		cr_assert_eq(rig.tx.n, 1, "%s", form->via);
		cr_assert_eq(frame_read(rig.pkts[0].data, rig.pkts[0].len, 0, &f), FRAME_UDP);
		cr_expect(hl_addr_equal(&f.dst.addr, &client), "%s", form->via);
		cr_expect_eq(f.dst.port, form->port != PORT_OF_SOURCE ? form->port : 50001,
			     "%s: port %u", form->via, f.dst.port);
		cr_expect_eq(COUNTER(&rig, 0, maddr_refused) - refused, form->maddr_refused, "%s",
			     form->via);
	}
}

Test(answers, arp_and_ping_for_its_addresses_only)
{
	static const uint8_t asker[6] = { 2, 0, 0, 0, 0, 7 };
	uint8_t frame[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = frame };
	struct hl_addr client, server, nobody;
	struct frame f;
	struct arp arp;

	hl_addr_parse("10.1.0.7", 8, &client);
	hl_addr_parse("10.0.0.2", 8, &server);
	hl_addr_parse("10.0.0.3", 8, &nobody);
	arp_write_request(&pkt, asker, &client, &nobody);
	hl_registrar_rx(rig.r, &pkt, 1, &rig.tx, rig.now_ns);
	cr_assert_eq(rig.tx.n, 0);
	arp_write_request(&pkt, asker, &client, &server);
	hl_registrar_rx(rig.r, &pkt, 1, &rig.tx, rig.now_ns);
	cr_assert_eq(rig.tx.n, 1);
	cr_assert_eq(frame_read(rig.pkts[0].data, rig.pkts[0].len, 0, &f), FRAME_ARP);
	cr_assert(arp_read(f.payload, f.payload_len, &arp) && !arp.request);
	cr_assert(hl_addr_equal(&arp.sender, &server) && arp.sender_mac[5] == 1);
	cr_assert_arr_eq(rig.pkts[0].data, asker, 6);

	// An echo request made from a UDP frame: the 8 bytes behind IPv4 become the ICMP header.
	for (unsigned to = 1; to < 3; to++) {
		rig.tx.n = 0;
		pkt.len = rig_frame(frame, to, "payload!");
		uint8_t *icmp = frame + ETH_BYTES + IPV4_BYTES;
		frame[ETH_BYTES + 9] = IP_ICMP;
		store_be16(frame + ETH_BYTES + 10, 0);
		store_be16(frame + ETH_BYTES + 10,
			   checksum_finish(checksum_add(0, frame + ETH_BYTES, IPV4_BYTES)));
		memcpy(icmp, "\x08\0\0\0\x12\x34\0\x01", 8);
		store_be16(icmp + 2, checksum_finish(checksum_add(0, icmp, 16)));
		hl_registrar_rx(rig.r, &pkt, 1, &rig.tx, rig.now_ns);
		cr_assert_eq(rig.tx.n, to == 1, "server %u", to);
	}
	rig.tx.n = 0;
}

Test(answers, a_full_burst_puts_them_off_until_the_next_tick)
{
	uint8_t frame[HL_FRAME_MAX];
	struct hl_packet pkts[3];

	for (int i = 0; i < 3; i++)
		pkts[i] = (struct hl_packet){ .data = frame,
					      .len = rig_frame(frame, 0, request("OPTIONS", "")) };
	rig.tx.cap = 1;
	hl_registrar_rx(rig.r, pkts, 3, &rig.tx, rig.now_ns);
	cr_assert_eq(rig.tx.n, 1);
	cr_assert_eq(hl_registrar_next(rig.r, rig.now_ns), rig.now_ns);
	for (int i = 0; i < 2; i++) {
		rig.tx.n = 0;
		cr_assert_eq(status_of(rig_tick(&rig)), 200);
	}
	cr_assert_null(rig_tick(&rig));
	cr_assert_eq(hl_registrar_next(rig.r, rig.now_ns), UINT64_MAX);
	cr_assert_eq(COUNTER(&rig, 0, full), 0);
}

Test(answers, settings_out_of_range_are_refused_with_what_is_allowed)
{
	struct hl_registrar_config config;
	struct hl_registrar *r;
	struct hl_error err;

#define REFUSED(CHANGE, MESSAGE) \
	do { \
		rig_config(&config); \
		CHANGE; \
		cr_assert_lt(hl_registrar_new(&r, &config, &err), 0, #CHANGE); \
		cr_assert_null(r); \
		cr_assert_not_null(strstr(err.text, MESSAGE), "%s", err.text); \
	} while (0)
	REFUSED(config.n_servers = 0, "allowed 1..8");
	REFUSED(config.n_servers = 9, "allowed 1..8");
	REFUSED(config.servers[1] = config.servers[0], "0 and 1 have the same");
	REFUSED(config.servers[1].port = 0, "server 1");
	REFUSED(config.servers[1].addr.family = HL_FAMILY_NONE, "server 1");
	REFUSED(config.realm = "a\"b", "realm");
	REFUSED(config.realm = "", "realm");
	REFUSED(config.capacity = 0, "capacity 0: allowed 1..");
	REFUSED(config.min_expires_s = 3601, "min_expires 3601 s: allowed 0..3600");
	REFUSED(config.algorithm = HL_DIGEST_ALGORITHMS, "algorithm");
}

// What a paced client is checked by.
Test(answers, the_gaps_between_requests_are_counted)
{
	struct rig rig;

	rig_start(&rig, NULL);
	for (unsigned i = 0; i < 5; i++) {
		cr_assert_eq(status_of(rig_options(&rig, 0)), 200);
		rig.now_ns += i < 3 ? 10000 : 100000000;
	}
	const struct hl_hist *gaps = &hl_registrar_counters(rig.r, 0)->gaps;
	cr_expect_eq(hl_hist_quantile(&gaps, 1, 0.5), 10);
	cr_expect_gt(hl_hist_quantile(&gaps, 1, 1), 99000);
	const struct hl_hist *none = &hl_registrar_counters(rig.r, 1)->gaps;
	cr_expect(isnan(hl_hist_quantile(&none, 1, 1)), "each server has its own");
	rig_stop(&rig);
}
