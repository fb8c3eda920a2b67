// SPDX-License-Identifier: BSD-3-Clause
// The question to DHCP over time: when it is repeated, what ends it, whose ARP it answers.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "captured.h"
#include "captured_dhcp.h"
#include "guard.h"
#include "net/arp.h"
#include "net/dhcp.h"

#define S 1000000000ull
#define ROOM 4

static struct hl_dhcp dhcp;
static uint8_t room[ROOM][HL_FRAME_MAX];
static struct hl_packet out[ROOM];
static struct hl_burst tx;

static void start(uint64_t now_ns)
{
	struct hl_addr me = addr4(10, 99, 1, 1);

	hl_dhcp_start(&dhcp, &me, captured_client_mac, CAPTURED_XID, now_ns);
}

static enum hl_dhcp_state poll_frame(const uint8_t *frame, uint16_t len, uint64_t now_ns)
{
	struct hl_packet pkt = { .data = len ? guard_copy(frame, len) : NULL, .len = len };

	for (int i = 0; i < ROOM; i++)
		out[i].data = room[i];
	tx = (struct hl_burst){ .pkts = out, .cap = ROOM };
	return hl_dhcp_poll(&dhcp, &pkt, len > 0, &tx, now_ns);
}

static enum hl_dhcp_state poll_idle(uint64_t now_ns)
{
	return poll_frame(NULL, 0, now_ns);
}

static bool asked(uint16_t secs)
{
	struct frame f;

	return tx.n == 1 && frame_read(out[0].data, out[0].len, 0, &f) == FRAME_UDP &&
	       f.dst.port == DHCP_SERVER_PORT && load_be32(f.payload + 4) == CAPTURED_XID &&
	       load_be16(f.payload + 8) == secs;
}

Test(dhcp_client, asks_after_0_1_3_and_7_s_and_gives_up_after_10)
{
	const uint64_t t0 = 5 * S;

	start(t0);
	for (uint64_t ms = 0; ms < 10000; ms++) {
		cr_assert(eq(int, poll_idle(t0 + ms * (S / 1000)), HL_DHCP_ASKING));
		bool due = ms == 0 || ms == 1000 || ms == 3000 || ms == 7000;
		cr_assert(eq(int, tx.n, due), "%u ms", (unsigned)ms);
		if (due)
			cr_assert(asked((uint16_t)(ms / 1000)));
	}
	cr_assert(eq(int, poll_idle(t0 + 10 * S), HL_DHCP_SILENT));
	cr_assert(eq(int, tx.n, 0));
	cr_assert(eq(int, dhcp.asked, 4));
	cr_assert(eq(int, dhcp.from.family, HL_FAMILY_NONE));
	cr_assert(eq(int, poll_idle(t0 + 60 * S), HL_DHCP_SILENT), "and stays silent");
	cr_assert(eq(int, tx.n, 0));
}

Test(dhcp_client, a_real_answer_ends_it)
{
	struct hl_addr server = addr4(10, 99, 0, 1);

	start(0);
	poll_idle(0);
	cr_assert(eq(int, poll_frame(captured_ack_addresses, sizeof(captured_ack_addresses), 1),
		     HL_DHCP_FOUND));
	cr_assert(eq(int, tx.n, 0));
	cr_assert(eq(int, dhcp.servers.n, 2));
	cr_assert(hl_addr_equal(&dhcp.servers.list[0].addr, &server));
	cr_assert(hl_addr_equal(&dhcp.from, &server));
	cr_assert(eq(int, poll_idle(20 * S), HL_DHCP_FOUND));
	cr_assert(eq(int, tx.n, 0));
}

Test(dhcp_client, a_late_answer_is_as_good)
{
	start(0);
	for (uint64_t s = 0; s <= 9; s++)
		poll_idle(s * S);
	cr_assert(eq(int, poll_frame(captured_ack_names, sizeof(captured_ack_names), 10 * S - 1),
		     HL_DHCP_FOUND));
	cr_assert(eq(int, dhcp.servers.n, 3));
}

// Whoever answers without servers is not asked again; another server may still answer.
Test(dhcp_client, an_answer_without_servers_ends_it_when_the_next_question_is_due)
{
	start(0);
	poll_idle(0);
	cr_assert(eq(int, poll_frame(captured_ack_without, sizeof(captured_ack_without), 1),
		     HL_DHCP_ASKING));
	cr_assert(eq(int, poll_idle(S - 1), HL_DHCP_ASKING));
	cr_assert(eq(int, poll_idle(S), HL_DHCP_NONE));
	cr_assert(eq(int, tx.n, 0));
	cr_assert(eq(int, dhcp.from.family, HL_FAMILY_IPV4));
	cr_assert(not(dhcp.unusable));

	start(0);
	poll_idle(0);
	poll_frame(captured_ack_without, sizeof(captured_ack_without), 1);
	cr_assert(eq(int, poll_frame(captured_ack_addresses, sizeof(captured_ack_addresses), 2),
		     HL_DHCP_FOUND));
}

Test(dhcp_client, a_malformed_option_is_said_to_be_so)
{
	uint8_t frame[sizeof(captured_ack_addresses)];

	memcpy(frame, captured_ack_addresses, sizeof(frame));
	frame[CAPTURED_OPTIONS + 23] = 2; // no such encoding
	memset(frame + 40, 0, 2);         // no UDP checksum
	start(0);
	poll_idle(0);
	poll_frame(frame, sizeof(frame), 1);
	cr_assert(eq(int, poll_idle(S), HL_DHCP_NONE));
	cr_assert(dhcp.unusable);
}

Test(dhcp_client, damage_on_the_way_is_no_answer)
{
	for (uint16_t at = ETH_BYTES; at < sizeof(captured_ack_addresses); at++) {
		uint8_t frame[sizeof(captured_ack_addresses)];

		memcpy(frame, captured_ack_addresses, sizeof(frame));
		frame[at] ^= 0x20;
		start(0);
		poll_idle(0);
		cr_assert(eq(int, poll_frame(frame, sizeof(frame), 1), HL_DHCP_ASKING), "byte %u",
			  at);
		cr_assert(eq(int, dhcp.from.family, HL_FAMILY_NONE));
	}
}

// The destination of the captured frame becomes `last` for its last byte, its port `port`.
static enum hl_dhcp_state answer_to(const uint8_t ip[4], uint16_t port)
{
	uint8_t bytes[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = bytes };
	const struct hl_endpoint from = { addr4(10, 99, 0, 1), 67 };
	const struct hl_endpoint to = { addr4(ip[0], ip[1], ip[2], ip[3]), port };
	const struct route route = { { 2 }, { 2 } };
	uint16_t len = sizeof(captured_ack_addresses) - FRAME_UDP_AT;

	datagram_write(&pkt, &route, &from, &to, captured_ack_addresses + FRAME_UDP_AT, len);
	start(0);
	poll_idle(0);
	return poll_frame(bytes, pkt.len, 1);
}

Test(dhcp_client, only_what_was_sent_to_us_or_to_all_is_taken)
{
	cr_assert(eq(int, answer_to((uint8_t[]){ 10, 99, 1, 1 }, 68), HL_DHCP_FOUND));
	cr_assert(eq(int, answer_to((uint8_t[]){ 255, 255, 255, 255 }, 68), HL_DHCP_FOUND));
	cr_assert(eq(int, answer_to((uint8_t[]){ 10, 99, 1, 2 }, 68), HL_DHCP_ASKING));
	cr_assert(eq(int, answer_to((uint8_t[]){ 10, 99, 1, 1 }, 5060), HL_DHCP_ASKING));
}

static void arp_ask(uint8_t sender, uint8_t target)
{
	static const uint8_t server_mac[6] = { 2, 0, 0, 0, 0x99, 1 };
	struct hl_addr from = addr4(10, 99, 1, sender), to = addr4(10, 99, 1, target);
	uint8_t bytes[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = bytes };

	arp_write_request(&pkt, server_mac, &from, &to);
	poll_frame(bytes, pkt.len, 1);
}

Test(dhcp_client, arp_for_its_own_address_is_answered)
{
	struct hl_addr me = addr4(10, 99, 1, 1);
	struct frame f;
	struct arp arp;

	start(0);
	poll_idle(0);
	arp_ask(200, 1);
	cr_assert(eq(int, tx.n, 1));
	cr_assert(eq(int, frame_read(out[0].data, out[0].len, 0, &f), FRAME_ARP));
	cr_assert(arp_read(f.payload, f.payload_len, &arp));
	cr_assert(not(arp.request));
	cr_assert(hl_addr_equal(&arp.sender, &me));
	cr_assert(eq(int, memcmp(arp.sender_mac, captured_client_mac, 6), 0));

	arp_ask(200, 2);
	cr_assert(eq(int, tx.n, 0), "for another address");
	arp_ask(1, 1);
	cr_assert(eq(int, tx.n, 0), "an announcement of the same address is no question");
}

Test(dhcp_client, without_room_to_write_it_asks_at_the_next_poll)
{
	start(0);
	tx = (struct hl_burst){ .pkts = out, .cap = 0 };
	cr_assert(eq(int, hl_dhcp_poll(&dhcp, NULL, 0, &tx, 0), HL_DHCP_ASKING));
	cr_assert(eq(int, dhcp.asked, 0));
	poll_idle(1);
	cr_assert(asked(0));
}
