// SPDX-License-Identifier: BSD-3-Clause
// Frames: captured ones are read as what they are.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "captured.h"
#include "guard.h"

static struct frame f;

// From a copy that ends at the guard page.
static enum frame_kind read_copy(const uint8_t *bytes, size_t len, uint16_t flags)
{
	return frame_read(guard_copy(bytes, len), (uint16_t)len, flags, &f);
}
#define READ(bytes) read_copy(bytes, sizeof(bytes), 0)

static void is_from_1_to_2(uint16_t src_port, uint16_t dst_port)
{
	struct hl_addr one = addr4(192, 0, 2, 1), two = addr4(192, 0, 2, 2);

	cr_assert(hl_addr_equal(&f.src.addr, &one));
	cr_assert(hl_addr_equal(&f.dst.addr, &two));
	cr_assert(eq(u16, f.src.port, src_port));
	cr_assert(eq(u16, f.dst.port, dst_port));
}

static void payload_is(const char *text)
{
	cr_assert(eq(u16, f.payload_len, strlen(text)));
	cr_assert(eq(int, memcmp(f.payload, text, f.payload_len), 0));
}

Test(frame, udp_is_read)
{
	cr_assert(eq(int, READ(captured_udp), FRAME_UDP));
	is_from_1_to_2(5060, 5060);
	payload_is("OPTIONS sip:192.0.2.2 SIP/2.0\r\n\r\n");
	cr_assert(eq(int, READ(captured_udp_odd), FRAME_UDP));
	payload_is("odd");
}

Test(frame, ip_options_are_stepped_over)
{
	cr_assert(eq(int, READ(captured_udp_options), FRAME_UDP));
	is_from_1_to_2(5060, 5060);
	payload_is("recorded");
}

Test(frame, udp_checksum_of_zero_is_none)
{
	cr_assert(eq(int, READ(captured_udp_unsummed), FRAME_UDP));
	payload_is("unsummed");
}

Test(frame, padding_is_cut)
{
	uint8_t bytes[60];

	memset(bytes, 0xee, sizeof(bytes));
	memcpy(bytes, captured_udp_odd, sizeof(captured_udp_odd));
	cr_assert(eq(int, READ(bytes), FRAME_UDP));
	payload_is("odd");

	memset(bytes, 0xee, sizeof(bytes));
	memcpy(bytes, captured_arp_request, sizeof(captured_arp_request));
	cr_assert(eq(int, READ(bytes), FRAME_ARP));
	cr_assert(eq(u16, f.payload_len, ARP_BYTES));

	memset(bytes, 0xee, sizeof(bytes));
	memcpy(bytes, captured_echo_request, sizeof(captured_echo_request));
	cr_assert(eq(int, READ(bytes), FRAME_ICMP));
	cr_assert(eq(u16, f.payload_len, sizeof(captured_echo_request) - ETH_BYTES - IPV4_BYTES));
}

Test(frame, bytes_between_udp_and_the_end_of_ip_are_cut)
{
	uint8_t bytes[sizeof(captured_udp_odd) + 5] = { 0 };

	memcpy(bytes, captured_udp_odd, sizeof(captured_udp_odd));
	store_be16(bytes + ETH_BYTES + 2, sizeof(bytes) - ETH_BYTES);
	ipv4_sum_again(bytes);
	cr_assert(eq(int, READ(bytes), FRAME_UDP));
	payload_is("odd");
}

Test(frame, arp_and_icmp_are_found)
{
	cr_assert(eq(int, READ(captured_arp_reply), FRAME_ARP));
	cr_assert(eq(u16, load_be16(f.payload), 1));
	cr_assert(eq(int, READ(captured_unreachable), FRAME_ICMP));
	cr_assert(eq(u8, f.payload[0], 3));
	cr_assert(eq(u16, f.src.port, 0));
}

Test(frame, fragments_are_told_apart)
{
	uint8_t first[sizeof(captured_udp)];

	cr_assert(eq(int, READ(captured_fragment), FRAME_FRAGMENT));
	memcpy(first, captured_udp, sizeof(first));
	store_be16(first + ETH_BYTES + 6, 0x2000);
	ipv4_sum_again(first);
	cr_assert(eq(int, READ(first), FRAME_FRAGMENT));
	store_be16(first + ETH_BYTES + 6, 0);
	ipv4_sum_again(first);
	cr_assert(eq(int, READ(first), FRAME_UDP), "without the bit it is whole");
}

Test(frame, others_are_other)
{
	static const uint16_t types[] = { 0x88cc, 0x8100, 0x88a8, 46 };
	uint8_t bytes[sizeof(captured_udp)];

	memcpy(bytes, captured_udp, sizeof(bytes));
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		store_be16(bytes + 12, types[i]);
		cr_assert(eq(int, READ(bytes), FRAME_OTHER), "type %04x", types[i]);
	}
	store_be16(bytes + 12, ETHERTYPE_IPV4);
	bytes[ETH_BYTES + 9] = 6; // TCP
	ipv4_sum_again(bytes);
	cr_assert(eq(int, READ(bytes), FRAME_OTHER));
}

// Lengths that lie, under a header checksum that holds.
Test(frame, lengths_that_lie_are_bad)
{
	static const struct {
		uint8_t version_ihl;
		uint16_t total_len, udp_len;
	} lies[] = {
		{ 0x44, 61, 41 },                      // header too short
		{ 0x65, 61, 41 },                      // version 6
		{ 0x05, 61, 41 },                      // version 0
		{ 0x45, 19, 41 },                      // total shorter than the header
		{ 0x45, 62, 41 },                      // total longer than the frame
		{ 0x45, 65535, 41 }, { 0x45, 27, 41 }, // no room for the UDP header
		{ 0x45, 20, 41 },    { 0x45, 60, 41 }, // UDP longer than IP
		{ 0x45, 61, 42 },    { 0x45, 61, 65535 },
		{ 0x45, 61, 7 }, // UDP shorter than its header
		{ 0x45, 61, 0 },
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		uint8_t bytes[sizeof(captured_udp)];
		memcpy(bytes, captured_udp, sizeof(bytes));
		bytes[ETH_BYTES] = lies[i].version_ihl;
		store_be16(bytes + ETH_BYTES + 2, lies[i].total_len);
		store_be16(bytes + ETH_BYTES + IPV4_BYTES + 4, lies[i].udp_len);
		ipv4_sum_again(bytes);
		cr_assert(eq(int, READ(bytes), FRAME_BAD), "lie %zu", i);
		cr_assert(eq(int, read_copy(bytes, sizeof(bytes), HL_PACKET_CSUM_GOOD), FRAME_BAD));
	}
}

Test(frame, header_longer_than_the_frame_is_bad)
{
	// 20 bytes of IPv4 that speak of 60
	uint8_t bytes[ETH_BYTES + IPV4_BYTES];

	memcpy(bytes, captured_udp, sizeof(bytes));
	bytes[ETH_BYTES] = 0x4f;
	cr_assert(eq(int, READ(bytes), FRAME_BAD));
	cr_assert(eq(int, read_copy(bytes, sizeof(bytes), HL_PACKET_CSUM_GOOD), FRAME_BAD));
}

Test(frame, icmp_needs_its_header)
{
	uint8_t bytes[sizeof(captured_echo_request)];

	memcpy(bytes, captured_echo_request, sizeof(bytes));
	store_be16(bytes + ETH_BYTES + 2, IPV4_BYTES + 7);
	ipv4_sum_again(bytes);
	cr_assert(eq(int, READ(bytes), FRAME_BAD));
}

Test(frame, device_that_checked_is_believed_except_on_icmp)
{
	uint8_t bytes[sizeof(captured_udp)], echo[sizeof(captured_echo_request)];

	memcpy(bytes, captured_udp, sizeof(bytes));
	bytes[FRAME_UDP_AT] ^= 1;
	cr_assert(eq(int, READ(bytes), FRAME_BAD_CHECKSUM));
	cr_assert(eq(int, read_copy(bytes, sizeof(bytes), HL_PACKET_CSUM_GOOD), FRAME_UDP));
	memcpy(bytes, captured_udp, sizeof(bytes));
	bytes[ETH_BYTES + 8] ^= 1; // TTL
	cr_assert(eq(int, READ(bytes), FRAME_BAD_CHECKSUM));
	cr_assert(eq(int, read_copy(bytes, sizeof(bytes), HL_PACKET_CSUM_GOOD), FRAME_UDP));
	memcpy(echo, captured_echo_request, sizeof(echo));
	echo[sizeof(echo) - 1] ^= 1;
	cr_assert(eq(int, read_copy(echo, sizeof(echo), HL_PACKET_CSUM_GOOD), FRAME_BAD_CHECKSUM));
}
