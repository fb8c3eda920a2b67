// SPDX-License-Identifier: BSD-3-Clause
// Answers that nobody asked for, or that would lead a DHCP client astray: none of them has an effect but a count.
#include "dhcp_server.h"

static struct bed b;

static void begin(void)
{
	bed_init(&b, 1, 100, false);
}

static void end(void)
{
	hl_leases_free(b.l);
}

TestSuite(leases_hostile, .init = begin, .fini = end);

static struct asked discover(void)
{
	bed_pass(&b, S / 100);
	cr_assert(eq(uint, b.n_asked, 1));
	return b.asked[0];
}

Test(leases_hostile, another_transaction_or_client_is_not_heeded)
{
	struct asked to = discover(), other = to;

	other.xid ^= 0x10000;
	bed_answer(&b, &other, DHCP_OFFER, FIRST);
	cr_assert(eq(uint, b.n_asked, 0));
	other = to;
	other.mac[5] ^= 1;
	bed_answer(&b, &other, DHCP_OFFER, FIRST);
	cr_assert(eq(uint, b.n_asked, 0));
	cr_assert(eq(u64, hl_leases_count(b.l, HL_DHCP_EVENT_UNASKED), 2));
	bed_answer(&b, &to, DHCP_OFFER, FIRST);
	cr_assert(eq(uint, b.n_asked, 1), "the true one still is");
}

Test(leases_hostile, an_offer_without_a_server_or_of_no_host_is_refused)
{
	static const uint32_t addresses[] = { 0,          0x7f000001, 0xe0000001,
					      0xffffffff, 0x0a630000, 0x0a63ffff };
	struct asked to = discover();

	for (unsigned i = 0; i < 6; i++) {
		bed_answer(&b, &to, DHCP_OFFER, addresses[i]);
		cr_assert(eq(uint, b.n_asked, 0), "%x", addresses[i]);
	}
	b.server = 0;
	bed_answer(&b, &to, DHCP_OFFER, FIRST);
	b.server = SERVER;
	b.mask = 0xff00ff00;
	bed_answer(&b, &to, DHCP_OFFER, FIRST);
	cr_assert(eq(uint, b.n_asked, 0));
	cr_assert(eq(u64, hl_leases_count(b.l, HL_DHCP_EVENT_REFUSED), 8));
}

Test(leases_hostile, only_the_server_that_was_asked_acknowledges_or_refuses)
{
	struct asked to = discover(), request;

	bed_answer(&b, &to, DHCP_OFFER, FIRST);
	request = b.asked[0];
	b.server = SERVER + 1;
	bed_answer(&b, &request, DHCP_ACK, FIRST);
	bed_answer(&b, &request, DHCP_NAK, 0);
	cr_assert(eq(u64, hl_leases_count(b.l, HL_DHCP_EVENT_UNASKED), 2));
	b.server = SERVER;
	bed_answer(&b, &request, DHCP_ACK, FIRST + 1); // another address than was asked for
	cr_assert(eq(u64, hl_leases_count(b.l, HL_DHCP_EVENT_REFUSED), 1));
	cr_assert(eq(u64, hl_leases_count(b.l, HL_DHCP_EVENT_ACK), 0));
	bed_answer(&b, &request, DHCP_ACK, FIRST);
	cr_assert(eq(u64, hl_leases_count(b.l, HL_DHCP_EVENT_ACK), 1));
}

Test(leases_hostile, a_refusal_of_what_is_held_needs_a_question)
{
	struct asked last;

	bed_bind(&b, &last);
	bed_answer(&b, &last, DHCP_NAK, 0);
	cr_assert(eq(u32, hl_leases_bound(b.l), 1));
	cr_assert(eq(u64, hl_leases_count(b.l, HL_DHCP_EVENT_UNASKED), 1));
}

Test(leases_hostile, a_lease_of_no_time_and_another_subnet_are_refused)
{
	struct asked to = discover(), request;

	bed_answer(&b, &to, DHCP_OFFER, FIRST);
	request = b.asked[0];
	b.lease_s = 0;
	bed_answer(&b, &request, DHCP_ACK, FIRST);
	cr_assert(eq(u64, hl_leases_count(b.l, HL_DHCP_EVENT_REFUSED), 1));
	b.lease_s = 20;
	bed_answer(&b, &request, DHCP_ACK, FIRST);
	for (int i = 0; i < 4; i++)
		bed_pass(&b, S / 3);
	cr_assert(eq(u32, hl_leases_bound(b.l), 1));
	bed_pass(&b, 20 * S); // it has ended
	bed_pass(&b, S);
	to = b.asked[0];
	cr_assert(eq(int, to.type, DHCP_DISCOVER));
	bed_answer(&b, &to, DHCP_OFFER, 0x0a640001);
	cr_assert(eq(u64, hl_leases_count(b.l, HL_DHCP_EVENT_REFUSED), 2));
}
