// SPDX-License-Identifier: BSD-3-Clause
// DHCP clients from their first question to their last: RFC 2131, figure 5, with a scripted server.
#include "dhcp_server.h"

static struct bed b;

static uint64_t counted(enum hl_dhcp_event event)
{
	return hl_leases_count(b.l, event);
}

static void end(void)
{
	hl_leases_free(b.l);
}

Test(leases, an_address_is_asked_for_probed_and_held, .fini = end)
{
	struct asked last;

	bed_init(&b, 1, 100, false);
	bed_bind(&b, &last);
	cr_assert(eq(u32, last.requested, FIRST));
	cr_assert(eq(u32, last.server, SERVER));
	cr_assert(eq(u32, last.own, 0));
	cr_assert(last.broadcast_flag);
	cr_assert(eq(int, last.id[0], 255), "an identifier of RFC 4361");
	cr_assert(eq(uint, b.n_arps, 2), "nobody else has it");
	cr_assert(eq(u32, hl_leases_bound(b.l), 1));
	struct hl_addr addr = leases_number(FIRST);
	cr_assert(eq(i64, leases_find(b.l, &addr), 0));
}

Test(leases, first_questions_are_paced_and_repeated_with_backoff, .fini = end)
{
	unsigned first_second = 0, later = 0;

	bed_init(&b, 10000, 500, true);
	for (int ms = 0; ms < 1000; ms++) {
		bed_pass(&b, S / 1000);
		first_second += b.n_asked;
	}
	cr_assert(ge(uint, first_second, 498));
	cr_assert(le(uint, first_second, 502));
	for (int ms = 0; ms < 2000; ms++) { // none of them is repeated before 3 s
		bed_pass(&b, S / 1000);
		later += b.n_asked;
	}
	cr_assert(le(uint, later, 1002));
	for (int ms = 0; ms < 2000; ms++) // between 3 and 5 s after it, each is
		bed_pass(&b, S / 1000);
	cr_assert(ge(u64, counted(HL_DHCP_EVENT_DISCOVER), 2500 + 490));
}

Test(leases, clients_of_one_mac_differ_by_identifier_and_have_their_own_addresses, .fini = end)
{
	struct asked two[2];

	bed_init(&b, 2, 1000, false);
	bed_pass(&b, S / 10);
	cr_assert(eq(uint, b.n_asked, 2));
	memcpy(two, b.asked, sizeof(two));
	cr_assert(ne(int, memcmp(two[0].id, two[1].id, CLIENT_ID_LEN), 0));
	cr_assert(ne(u32, two[0].xid, two[1].xid));
	bed_answer(&b, &two[0], DHCP_OFFER, FIRST);
	bed_answer(&b, &two[1], DHCP_OFFER, FIRST); // not reserved, so offered again
	cr_assert(eq(uint, b.n_asked, 0));
	cr_assert(eq(u64, counted(HL_DHCP_EVENT_TAKEN), 1));
	unsigned discovers = 0;
	for (int ms = 0; ms < 100; ms++) {
		bed_pass(&b, S / 1000);
		for (unsigned i = 0; i < b.n_asked; i++)
			discovers += b.asked[i].type == DHCP_DISCOVER;
	}
	cr_assert(eq(uint, discovers, 1), "it asks again soon, not after 4 s");
}

Test(leases, renews_by_unicast_then_rebinds_by_broadcast_then_loses_it, .fini = end)
{
	struct asked last;
	bool unicast = false, broadcast = false;

	bed_init(&b, 1, 100, false);
	bed_bind(&b, &last);
	for (int s = 0; s < 440; s++) {
		bed_pass(&b, S);
		cr_assert(eq(uint, b.n_asked, 0),
			  "T1 is half of the time, at most a tenth earlier");
	}
	for (int s = 440; s < 998; s++) {
		bed_pass(&b, S);
		if (b.n_asked == 0)
			continue;
		cr_assert(eq(int, b.asked[0].type, DHCP_REQUEST));
		cr_assert(eq(u32, b.asked[0].own, FIRST));
		cr_assert(eq(u32, b.asked[0].server, 0));
		cr_assert(eq(u32, b.asked[0].requested, 0));
		cr_assert(eq(int, b.asked[0].unicast, s < 873), "T2 is 7/8 of the time: %d", s);
		unicast |= b.asked[0].unicast;
		broadcast |= !b.asked[0].unicast;
	}
	cr_assert(unicast && broadcast);
	cr_assert(eq(u32, hl_leases_bound(b.l), 1));
	bed_pass(&b, 4 * S);
	cr_assert(eq(u32, hl_leases_bound(b.l), 0));
	cr_assert(eq(u64, counted(HL_DHCP_EVENT_EXPIRED), 1));
	bed_pass(&b, S);
	cr_assert(eq(int, b.asked[0].type, DHCP_DISCOVER));
}

Test(leases, a_renewal_holds_it_and_may_name_other_servers, .fini = end)
{
	struct hl_dhcp_servers servers;
	struct asked last;

	bed_init(&b, 1, 100, false);
	b.renew_s = 10;
	b.sip = "\x78\x05\x01\x0a\x63\x00\x07";
	b.sip_len = 7;
	bed_bind(&b, &last);
	cr_assert(hl_leases_servers(b.l, &servers));
	cr_assert(eq(int, servers.list[0].addr.bytes[3], 7));
	cr_assert(eq(int, hl_leases_servers(b.l, &servers), false), "told once");
	for (int round = 0; round < 2; round++) {
		bed_pass(&b, 10 * S);
		cr_assert(eq(uint, b.n_asked, 1));
		last = b.asked[0];
		b.sip = "\x78\x05\x01\x0a\x63\x00\x08";
		bed_answer(&b, &last, DHCP_ACK, FIRST);
		cr_assert(eq(int, hl_leases_servers(b.l, &servers), round == 0));
	}
	cr_assert(eq(int, servers.list[0].addr.bytes[3], 8));
	for (int s = 0; s < 9; s++)
		bed_pass(&b, S - S / 100);
	cr_assert(eq(u32, hl_leases_bound(b.l), 1));
}

Test(leases, a_refusal_takes_the_address_and_begins_anew, .fini = end)
{
	struct asked last;

	bed_init(&b, 1, 100, false);
	b.renew_s = 10;
	bed_bind(&b, &last);
	bed_pass(&b, 10 * S);
	last = b.asked[0];
	bed_answer(&b, &last, DHCP_NAK, 0);
	cr_assert(eq(u32, hl_leases_bound(b.l), 0));
	bed_pass(&b, S / 2);
	cr_assert(eq(uint, b.n_asked, 0), "not in a loop");
	bed_pass(&b, S);
	cr_assert(eq(int, b.asked[0].type, DHCP_DISCOVER));
}

Test(leases, what_somebody_else_has_is_declined_and_asked_for_anew_later, .fini = end)
{
	static uint8_t frame[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = frame };
	const struct arp from_us = { .target = leases_number(FIRST),
				     .sender = leases_number(FIRST) };
	struct asked discover, request;

	bed_init(&b, 1, 100, false);
	bed_pass(&b, S / 100);
	discover = b.asked[0];
	bed_answer(&b, &discover, DHCP_OFFER, FIRST);
	request = b.asked[0];
	bed_answer(&b, &request, DHCP_ACK, FIRST);
	bed_pass(&b, S / 100);
	arp_write_reply(&pkt, bed_server_mac, &from_us);
	bed_poll(&b, &pkt);
	bed_pass(&b, S / 100);
	cr_assert(eq(uint, b.n_asked, 1));
	cr_assert(eq(int, b.asked[0].type, DHCP_DECLINE));
	cr_assert(eq(u32, b.asked[0].requested, FIRST));
	cr_assert(eq(u32, b.asked[0].server, SERVER));
	cr_assert(eq(u32, hl_leases_bound(b.l), 0));
	bed_pass(&b, 9 * S);
	cr_assert(eq(uint, b.n_asked, 0), "RFC 2131 3.1.5: ten seconds");
	bed_pass(&b, 2 * S);
	cr_assert(eq(int, b.asked[0].type, DHCP_DISCOVER));
	cr_assert(eq(u32, b.asked[0].requested, 0));
}

Test(leases, after_the_begin_of_the_run_no_other_address_is_taken, .fini = end)
{
	struct asked last;

	bed_init(&b, 1, 100, false);
	b.renew_s = 10;
	bed_bind(&b, &last);
	b.l->settled = true;
	bed_pass(&b, 10 * S);
	last = b.asked[0];
	bed_answer(&b, &last, DHCP_NAK, 0);
	bed_pass(&b, 2 * S);
	last = b.asked[0];
	cr_assert(eq(u32, last.requested, FIRST), "it asks for the one that it had");
	bed_answer(&b, &last, DHCP_OFFER, FIRST + 1);
	cr_assert(eq(u64, counted(HL_DHCP_EVENT_MOVED), 1));
	cr_assert(eq(uint, b.n_asked, 0));
	bed_answer(&b, &last, DHCP_OFFER, FIRST);
	last = b.asked[0];
	bed_answer(&b, &last, DHCP_ACK, FIRST);
	for (int i = 0; i < 4; i++)
		bed_pass(&b, S / 3);
	cr_assert(eq(u32, hl_leases_bound(b.l), 1));
}

Test(leases, all_are_given_back_at_the_end, .fini = end)
{
	struct asked last;

	bed_init(&b, 1, 100, false);
	bed_bind(&b, &last);
	hl_leases_release(b.l);
	bed_pass(&b, 0);
	bed_pass(&b, S / 100);
	cr_assert(eq(uint, b.n_asked, 1));
	cr_assert(eq(int, b.asked[0].type, DHCP_RELEASE));
	cr_assert(b.asked[0].unicast);
	cr_assert(eq(u32, b.asked[0].own, FIRST));
	cr_assert(eq(u32, b.asked[0].server, SERVER));
	cr_assert(hl_leases_released(b.l));
}
