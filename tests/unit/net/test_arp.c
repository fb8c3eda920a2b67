// SPDX-License-Identifier: BSD-3-Clause
// ARP: captured packets read and reproduced byte by byte.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "captured.h"
#include "guard.h"
#include "net/arp.h"

static const uint8_t mac_1[6] = { 2, 0, 0, 0, 0, 1 }, mac_2[6] = { 2, 0, 0, 0, 0, 2 };

static bool read_arp(const uint8_t frame[ETH_BYTES + ARP_BYTES], struct arp *arp)
{
	return arp_read(guard_copy(frame + ETH_BYTES, ARP_BYTES), ARP_BYTES, arp);
}

Test(arp, request_and_reply_are_read)
{
	struct hl_addr one = addr4(192, 0, 2, 1), two = addr4(192, 0, 2, 2);
	struct arp arp;

	cr_assert(read_arp(captured_arp_request, &arp));
	cr_assert(arp.request);
	cr_assert(eq(int, memcmp(arp.sender_mac, mac_1, 6), 0));
	cr_assert(hl_addr_equal(&arp.sender, &one));
	cr_assert(hl_addr_equal(&arp.target, &two));

	cr_assert(read_arp(captured_arp_reply, &arp));
	cr_assert(not(arp.request));
	cr_assert(eq(int, memcmp(arp.sender_mac, mac_2, 6), 0));
	cr_assert(hl_addr_equal(&arp.sender, &two));
	cr_assert(hl_addr_equal(&arp.target, &one));
}

Test(arp, anything_but_ethernet_and_ipv4_is_refused)
{
	struct arp arp;

	// hardware, protocol, their lengths: any bit. Operation: 1 and 2 stay, all others go.
	for (int bit = 0; bit < 64; bit++) {
		uint8_t frame[sizeof(captured_arp_request)];
		memcpy(frame, captured_arp_request, sizeof(frame));
		frame[ETH_BYTES + bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_assert(not(read_arp(frame, &arp)), "bit %d", bit);
	}
	uint8_t frame[sizeof(captured_arp_request)];
	memcpy(frame, captured_arp_request, sizeof(frame));
	frame[ETH_BYTES + 7] = 3; // RARP
	cr_assert(not(read_arp(frame, &arp)));
}

Test(arp, shorter_than_itself_is_refused)
{
	struct arp arp;

	for (uint16_t len = 0; len < ARP_BYTES; len++)
		cr_assert(not(
			arp_read(guard_copy(captured_arp_request + ETH_BYTES, len), len, &arp)));
}

static struct hl_packet packet(void)
{
	return (struct hl_packet){ .data = guard_alloc(ETH_BYTES + ARP_BYTES), .flags = 0xffff };
}

static void packet_is(const struct hl_packet *pkt, const uint8_t want[ETH_BYTES + ARP_BYTES])
{
	cr_assert(eq(u16, pkt->len, ETH_BYTES + ARP_BYTES));
	cr_assert(eq(u16, pkt->flags, 0));
	cr_assert(eq(int, memcmp(pkt->data, want, pkt->len), 0));
}

Test(arp, our_request_is_that_of_linux)
{
	struct hl_addr one = addr4(192, 0, 2, 1), two = addr4(192, 0, 2, 2);
	struct hl_packet pkt = packet();

	arp_write_request(&pkt, mac_1, &one, &two);
	packet_is(&pkt, captured_arp_request);
}

Test(arp, our_reply_is_that_of_linux)
{
	struct hl_packet pkt = packet();
	struct arp request;

	cr_assert(read_arp(captured_arp_request, &request));
	arp_write_reply(&pkt, mac_2, &request);
	packet_is(&pkt, captured_arp_reply);
}

Test(arp, announcement_is_a_request_for_itself)
{
	// RFC 5227 3: broadcast, operation 1, sender = target, target's MAC zero
	static const uint8_t want[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0,   1, 0x08, 0x06,
		0,    1,    0x08, 0,    6,    4,    0, 1, 2, 0, 0,   0, 0,    1,
		192,  0,    2,    7,    0,    0,    0, 0, 0, 0, 192, 0, 2,    7,
	};
	struct hl_addr seven = addr4(192, 0, 2, 7);
	struct hl_packet pkt = packet();

	arp_write_gratuitous(&pkt, mac_1, &seven);
	packet_is(&pkt, want);
}

Test(arp, ours_is_a_frame_that_is_read_back)
{
	struct hl_addr seven = addr4(192, 0, 2, 7);
	struct hl_packet pkt = packet();
	struct frame f;
	struct arp arp;

	arp_write_gratuitous(&pkt, mac_1, &seven);
	cr_assert(eq(int, frame_read(pkt.data, pkt.len, 0, &f), FRAME_ARP));
	cr_assert(arp_read(f.payload, f.payload_len, &arp));
	cr_assert(hl_addr_equal(&arp.sender, &arp.target));
}
