// SPDX-License-Identifier: BSD-3-Clause
// ICMP: echo answered as Linux does, and unreachables traced to what we sent.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "captured.h"
#include "guard.h"
#include "net/icmp.h"

enum { QUOTE_AT = ETH_BYTES + IPV4_BYTES + 8 };

// The ICMP part of a frame, `len` bytes of it, at the guard page; as if frame_read() had found it.
static struct frame icmp_of(const uint8_t *frame, size_t len)
{
	return (struct frame){
		.src.addr = addr4(192, 0, 2, 2),
		.dst.addr = addr4(192, 0, 2, 1),
		.payload = guard_copy(frame + ETH_BYTES + IPV4_BYTES, len),
		.payload_len = (uint16_t)len,
	};
}

static const size_t whole = sizeof(captured_unreachable) - ETH_BYTES - IPV4_BYTES;

static void quote_is_ours(const struct icmp_quote *quote)
{
	struct hl_addr one = addr4(192, 0, 2, 1), two = addr4(192, 0, 2, 2);

	cr_assert(hl_addr_equal(&quote->src, &one));
	cr_assert(hl_addr_equal(&quote->dst, &two));
	cr_assert(eq(u16, quote->src_port, 5060));
	cr_assert(eq(u16, quote->dst_port, 5999));
	cr_assert(quote->port_unreachable);
}

Test(icmp, unreachable_names_our_datagram)
{
	struct frame f;
	struct icmp_quote quote;

	cr_assert(eq(int, frame_read(captured_unreachable, sizeof(captured_unreachable), 0, &f),
		     FRAME_ICMP));
	cr_assert(eq(int, icmp_read(&f, &quote), ICMP_UNREACHABLE));
	quote_is_ours(&quote);
	cr_assert(eq(u16, quote.payload_len, 33));
	cr_assert(eq(int, memcmp(quote.payload, "OPTIONS sip:192.0.2.2 SIP/2.0\r\n\r\n", 33), 0));
}

Test(icmp, quote_may_end_anywhere_behind_the_udp_header)
{
	for (size_t len = 0; len <= whole; len++) {
		struct frame f = icmp_of(captured_unreachable, len);
		struct icmp_quote quote;
		if (len < 8 + IPV4_BYTES + UDP_BYTES) {
			cr_assert(eq(int, icmp_read(&f, &quote),
				     len < 8 ? ICMP_OTHER : ICMP_BAD_QUOTE),
				  "%zu bytes", len);
			continue;
		}
		cr_assert(eq(int, icmp_read(&f, &quote), ICMP_UNREACHABLE), "%zu bytes", len);
		quote_is_ours(&quote);
		cr_assert(eq(u16, quote.payload_len, len - 8 - IPV4_BYTES - UDP_BYTES));
	}
}

Test(icmp, quote_ends_where_the_datagram_did)
{
	uint8_t frame[sizeof(captured_unreachable)];
	struct icmp_quote quote;

	// the quoted UDP header says 4 bytes of payload, more follow
	memcpy(frame, captured_unreachable, sizeof(frame));
	store_be16(frame + QUOTE_AT + IPV4_BYTES + 4, UDP_BYTES + 4);
	struct frame f = icmp_of(frame, whole);
	cr_assert(eq(int, icmp_read(&f, &quote), ICMP_UNREACHABLE));
	cr_assert(eq(u16, quote.payload_len, 4));
	store_be16(frame + QUOTE_AT + IPV4_BYTES + 4, UDP_BYTES - 1);
	f = icmp_of(frame, whole);
	cr_assert(eq(int, icmp_read(&f, &quote), ICMP_BAD_QUOTE));
}

Test(icmp, extensions_are_no_part_of_the_quote)
{
	uint8_t frame[sizeof(captured_unreachable)];
	struct icmp_quote quote;

	memcpy(frame, captured_unreachable, sizeof(frame));
	frame[ETH_BYTES + IPV4_BYTES + 5] = 9; // 36 bytes quoted (RFC 4884 4.1)
	struct frame f = icmp_of(frame, whole);
	cr_assert(eq(int, icmp_read(&f, &quote), ICMP_UNREACHABLE));
	quote_is_ours(&quote);
	cr_assert(eq(u16, quote.payload_len, 36 - IPV4_BYTES - UDP_BYTES));
	frame[ETH_BYTES + IPV4_BYTES + 5] = 255; // more than there is
	f = icmp_of(frame, whole);
	cr_assert(eq(int, icmp_read(&f, &quote), ICMP_UNREACHABLE));
	cr_assert(eq(u16, quote.payload_len, 33));
	frame[ETH_BYTES + IPV4_BYTES + 5] = 6; // too little for a UDP header
	f = icmp_of(frame, whole);
	cr_assert(eq(int, icmp_read(&f, &quote), ICMP_BAD_QUOTE));
}

Test(icmp, quoted_options_are_stepped_over)
{
	uint8_t frame[sizeof(captured_unreachable) + 4];
	struct icmp_quote quote;

	memcpy(frame, captured_unreachable, QUOTE_AT + IPV4_BYTES);
	memset(frame + QUOTE_AT + IPV4_BYTES, 1, 4); // no operation
	memcpy(frame + QUOTE_AT + IPV4_BYTES + 4, captured_unreachable + QUOTE_AT + IPV4_BYTES,
	       sizeof(captured_unreachable) - QUOTE_AT - IPV4_BYTES);
	frame[QUOTE_AT] = 0x46;
	for (size_t len = 8 + IPV4_BYTES; len <= whole + 4; len++) {
		struct frame f = icmp_of(frame, len);
		bool enough = len >= 8 + IPV4_BYTES + 4 + UDP_BYTES;
		cr_assert(
			eq(int, icmp_read(&f, &quote), enough ? ICMP_UNREACHABLE : ICMP_BAD_QUOTE));
		if (enough)
			quote_is_ours(&quote);
	}
}

Test(icmp, quotes_of_something_else_are_bad)
{
	static const struct {
		int at;
		uint8_t byte;
		enum icmp_kind kind;
	} changes[] = {
		{ QUOTE_AT, 0x65, ICMP_BAD_QUOTE },  // IPv6
		{ QUOTE_AT, 0x44, ICMP_BAD_QUOTE },  // header too short
		{ QUOTE_AT, 0x4f, ICMP_BAD_QUOTE },  // header 60 bytes, UDP header beyond the end
		{ QUOTE_AT + 9, 6, ICMP_BAD_QUOTE }, // TCP
		{ QUOTE_AT + 7, 1, ICMP_BAD_QUOTE }, // not the first fragment: no ports in it
		{ QUOTE_AT - 8, 11, ICMP_OTHER },    // time exceeded
		{ QUOTE_AT - 8, 0, ICMP_OTHER },     // echo reply
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		uint8_t frame[sizeof(captured_unreachable)];
		struct icmp_quote quote;
		memcpy(frame, captured_unreachable, sizeof(frame));
		frame[changes[i].at] = changes[i].byte;
		struct frame f = icmp_of(frame, whole - 10);
		cr_assert(eq(int, icmp_read(&f, &quote), changes[i].kind), "change %zu", i);
	}
}

Test(icmp, echo_is_answered_as_linux_does)
{
	uint8_t *request = guard_copy(captured_echo_request, sizeof(captured_echo_request));
	struct hl_packet pkt = { .data = guard_alloc(sizeof(captured_echo_reply)),
				 .flags = 0xffff };
	struct frame f, reply;

	cr_assert(eq(int, frame_read(request, sizeof(captured_echo_request), 0, &f), FRAME_ICMP));
	cr_assert(eq(int, icmp_read(&f, &(struct icmp_quote){ 0 }), ICMP_ECHO_REQUEST));
	for (int offload = 0; offload < 2; offload++) {
		icmp_write_echo_reply(&pkt, request, &f, offload);
		cr_assert(eq(u16, pkt.len, sizeof(captured_echo_reply)));
		cr_assert(eq(u16, pkt.flags, 0), "no device sums ICMP: both sums are there");
		cr_assert(eq(int, frame_read(pkt.data, pkt.len, 0, &reply), FRAME_ICMP));
		cr_assert(hl_addr_equal(&reply.src.addr, &f.dst.addr));
		cr_assert(hl_addr_equal(&reply.dst.addr, &f.src.addr));
		cr_assert(eq(int, memcmp(pkt.data, captured_echo_reply, ETH_BYTES), 0));
		cr_assert(eq(int,
			     memcmp(reply.payload, captured_echo_reply + ETH_BYTES + IPV4_BYTES,
				    reply.payload_len),
			     0));
	}
}

Test(icmp, echo_with_options_is_answered_without)
{
	uint8_t request[sizeof(captured_echo_request) + 4];
	struct hl_packet pkt = { .data = guard_alloc(sizeof(captured_echo_reply)) };
	struct frame f, reply;

	memcpy(request, captured_echo_request, ETH_BYTES + IPV4_BYTES);
	memset(request + ETH_BYTES + IPV4_BYTES, 1, 4);
	memcpy(request + ETH_BYTES + IPV4_BYTES + 4, captured_echo_request + ETH_BYTES + IPV4_BYTES,
	       sizeof(captured_echo_request) - ETH_BYTES - IPV4_BYTES);
	request[ETH_BYTES] = 0x46;
	store_be16(request + ETH_BYTES + 2, sizeof(request) - ETH_BYTES);
	ipv4_sum_again(request);
	cr_assert(eq(int, frame_read(request, sizeof(request), 0, &f), FRAME_ICMP));
	icmp_write_echo_reply(&pkt, request, &f, false);
	cr_assert(eq(u16, pkt.len, sizeof(captured_echo_reply)));
	cr_assert(eq(int, frame_read(pkt.data, pkt.len, 0, &reply), FRAME_ICMP));
}

Test(icmp, echo_that_does_not_fit_an_answer_is_left)
{
	uint8_t bytes[2000] = { 0 };
	struct icmp_quote quote;

	bytes[ETH_BYTES + IPV4_BYTES] = 8;
	struct frame f = icmp_of(bytes, HL_MTU - IPV4_BYTES);
	cr_assert(eq(int, icmp_read(&f, &quote), ICMP_ECHO_REQUEST));
	struct hl_packet pkt = { .data = guard_alloc(HL_FRAME_MAX) };
	icmp_write_echo_reply(&pkt, bytes, &f, false);
	cr_assert(eq(u16, pkt.len, ETH_BYTES + HL_MTU));
	f = icmp_of(bytes, HL_MTU - IPV4_BYTES + 1);
	cr_assert(eq(int, icmp_read(&f, &quote), ICMP_OTHER));
}
