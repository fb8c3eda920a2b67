// SPDX-License-Identifier: BSD-3-Clause
// IPv6 frames: what is read, what is refused, and that no header leads beyond the frame or round in circles.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/rng.h"
#include "guard.h"
#include "ipv6_frames.h"
#include "net/icmp.h"
#include "net/ndp.h"
#include "net/peek.h"

#define US "2001:db8::1:1"
#define SERVER "2001:db8::a"

static uint8_t bytes[HL_FRAME_MAX];
static struct frame f;

// "heartline" from port 5060 to port 50001.
static const uint8_t udp[] = { 0x13, 0xc4, 0xc3, 0x51, 0,   17,  0,   0,  'h',
			       'e',  'a',  'r',  't',  'l', 'i', 'n', 'e' };

static enum frame_kind read_at_guard(const uint8_t *at, uint16_t len, uint16_t flags)
{
	uint8_t *copy = guard_copy(at, len);
	enum frame_kind kind = frame_read(copy, len, flags, &f);

	guard_free(copy, len);
	return kind;
}

static uint16_t udp_between(uint8_t first, const uint8_t *between, uint16_t len)
{
	return ipv6_frame_write(bytes, &(struct ipv6_frame){ .src = SERVER,
							     .dst = US,
							     .first = first,
							     .protocol = IP_UDP,
							     .between = between,
							     .between_len = len,
							     .payload = udp,
							     .payload_len = sizeof(udp) });
}

static enum frame_kind read_between(uint8_t first, const uint8_t *between, uint16_t len)
{
	return read_at_guard(bytes, udp_between(first, between, len), 0);
}

Test(ipv6, a_datagram_is_read)
{
	uint16_t len = udp_between(0, NULL, 0);

	cr_assert(eq(int, frame_read(bytes, len, 0, &f), FRAME_UDP));
	const struct hl_addr src = ipv6_text(SERVER), dst = ipv6_text(US);
	cr_assert(hl_addr_equal(&f.src.addr, &src));
	cr_assert(hl_addr_equal(&f.dst.addr, &dst));
	cr_assert(eq(u16, f.src.port, 5060));
	cr_assert(eq(u16, f.dst.port, 50001));
	cr_assert(eq(u16, f.payload_len, 9));
	cr_assert(eq(int, memcmp(f.payload, "heartline", 9), 0));
	memset(bytes + len, 0xee, 20); // Ethernet padding
	cr_assert(eq(int, frame_read(bytes, len + 20, 0, &f), FRAME_UDP));
	cr_assert(eq(u16, f.payload_len, 9));
}

Test(ipv6, a_checksum_is_needed_and_must_be_right)
{
	uint16_t len = udp_between(0, NULL, 0);
	uint8_t *sum = bytes + ETH_BYTES + IPV6_BYTES + 6;

	for (uint16_t at = ETH_BYTES + 8; at < len; at++) {
		if (at == ETH_BYTES + IPV6_BYTES + 4 || at == ETH_BYTES + IPV6_BYTES + 5)
			continue; // the length: malformed
		bytes[at] ^= 0x10;
		cr_assert(eq(int, frame_read(bytes, len, 0, &f), FRAME_BAD_CHECKSUM), "byte %u",
			  at);
		cr_assert(eq(int, frame_read(bytes, len, HL_PACKET_UDP_GOOD, &f), FRAME_UDP));
		bytes[at] ^= 0x10;
	}
	store_be16(sum, 0);
	cr_assert(eq(int, frame_read(bytes, len, 0, &f), FRAME_BAD_CHECKSUM));
	cr_assert(eq(int, frame_read(bytes, len, HL_PACKET_CSUM_GOOD, &f), FRAME_BAD_CHECKSUM),
		  "whatever the device thinks of none");
}

Test(ipv6, lengths_that_cannot_be_are_malformed)
{
	const uint16_t len = udp_between(0, NULL, 0);

	for (uint16_t cut = 0; cut < len; cut++)
		cr_assert(eq(int, read_at_guard(bytes, cut, 0), FRAME_BAD), "%u bytes", cut);
	for (unsigned udp_len = 0; udp_len <= UINT16_MAX; udp_len += udp_len < 30 ? 1 : 997) {
		store_be16(bytes + ETH_BYTES + IPV6_BYTES + 4, (uint16_t)udp_len);
		enum frame_kind kind = read_at_guard(bytes, len, 0);
		cr_assert(kind == (udp_len < 8 || udp_len > sizeof(udp) ? FRAME_BAD
				   : udp_len == sizeof(udp)             ? FRAME_UDP
									: FRAME_BAD_CHECKSUM),
			  "UDP length %u: %d", udp_len, kind);
	}
	udp_between(0, NULL, 0);
	bytes[ETH_BYTES] = 0x40;
	cr_assert(eq(int, read_at_guard(bytes, len, 0), FRAME_BAD), "version 4");
}

Test(ipv6, options_are_stepped_over)
{
	// PadN; router alert (RFC 2711), which may be skipped; Pad1
	static const uint8_t options[] = { IP_UDP, 1, 1, 4, 0, 0, 0, 0, 5, 2, 0, 0, 0, 1, 1, 0 };

	cr_assert(eq(int, read_between(IPV6_HOP_BY_HOP, options, sizeof(options)), FRAME_UDP));
	cr_assert(eq(int, read_between(IPV6_OPTIONS, options, sizeof(options)), FRAME_UDP));
	cr_assert(eq(u16, f.payload_len, 9));
}

Test(ipv6, what_must_not_be_skipped_is_refused)
{
	uint8_t option[] = { IP_UDP, 0, 0x3e, 4, 0, 0, 0, 0 };
	static const uint8_t two[] = { IPV6_HOP_BY_HOP, 0, 1, 4, 0, 0, 0, 0,
				       IP_UDP,          0, 1, 4, 0, 0, 0, 0 };
	uint8_t routing[] = { IP_UDP, 0, 4, 0, 0, 0, 0, 0 };

	cr_assert(eq(int, read_between(IPV6_OPTIONS, option, sizeof(option)), FRAME_UDP));
	for (unsigned action = 1; action < 4; action++) { // RFC 8200 4.2
		option[2] = (uint8_t)(0x3e | action << 6);
		cr_assert(eq(int, read_between(IPV6_OPTIONS, option, sizeof(option)), FRAME_OTHER));
	}
	cr_assert(eq(int, read_between(IPV6_HOP_BY_HOP, two, sizeof(two)), FRAME_OTHER),
		  "only the first header is of all hops");
	cr_assert(eq(int, read_between(IPV6_ROUTING, routing, sizeof(routing)), FRAME_UDP));
	routing[3] = 1;
	cr_assert(eq(int, read_between(IPV6_ROUTING, routing, sizeof(routing)), FRAME_OTHER),
		  "we are no router");
	option[2] = 0x3e;
	option[3] = 5;
	cr_assert(eq(int, read_between(IPV6_OPTIONS, option, sizeof(option)), FRAME_OTHER),
		  "an option beyond its header");
	option[1] = 200;
	cr_assert(eq(int, read_between(IPV6_OPTIONS, option, sizeof(option)), FRAME_BAD),
		  "a header beyond the datagram");
	cr_assert(eq(int, read_between(51, option, sizeof(option)), FRAME_OTHER), "AH");
	cr_assert(eq(int, read_between(IPV6_NOTHING, option, sizeof(option)), FRAME_OTHER));
}

Test(ipv6, headers_without_end_are_refused)
{
	uint8_t chain[160 * 8];

	for (unsigned n = 1; n <= 160; n++) {
		for (unsigned k = 0; k < n; k++)
			memcpy(chain + 8 * k,
			       (uint8_t[]){ k + 1 == n ? IP_UDP : IPV6_OPTIONS, 0, 1, 4, 0, 0, 0,
					    0 },
			       8);
		cr_assert(eq(int, read_between(IPV6_OPTIONS, chain, (uint16_t)(8 * n)),
			     n <= 8 ? FRAME_UDP : FRAME_OTHER),
			  "%u headers", n);
	}
}

Test(ipv6, fragments_are_told_apart)
{
	uint8_t header[] = { IP_UDP, 0, 0, 1, 1, 2, 3, 4 };
	struct peek about;

	uint16_t len = udp_between(IPV6_FRAGMENT, header, sizeof(header));
	cr_assert(eq(int, read_at_guard(bytes, len, 0), FRAME_FRAGMENT), "more to come");
	cr_assert(eq(u8, f.protocol, IP_UDP));
	cr_assert(eq(u16, f.header_len, IPV6_BYTES + 8));
	cr_assert(eq(u16, f.payload_len, len - ETH_BYTES));
	cr_assert(eq(int, frame_peek(bytes, len, &about), PEEK_FRAGMENT));
	header[3] = 8;
	cr_assert(eq(int, read_between(IPV6_FRAGMENT, header, sizeof(header)), FRAME_FRAGMENT),
		  "not the first");
	header[3] = 0;
	cr_assert(eq(int, read_between(IPV6_FRAGMENT, header, sizeof(header)), FRAME_UDP),
		  "one that is whole is none (RFC 6946)");
}

Test(ipv6, peek_says_the_same_as_a_reading)
{
	static const uint8_t options[] = { IP_UDP, 0, 1, 4, 0, 0, 0, 0 };
	const struct hl_addr src = ipv6_text(SERVER), dst = ipv6_text(US);
	struct peek about;
	uint16_t len;

	for (int extended = 0; extended < 2; extended++) {
		len = udp_between(IPV6_OPTIONS, options, extended ? 8 : 0);
		uint8_t *copy = guard_copy(bytes, len);
		cr_assert(eq(int, frame_peek(copy, len, &about), PEEK_DATAGRAM));
		cr_assert(hl_addr_equal(&about.own.addr, &dst) && about.own.port == 50001);
		cr_assert(hl_addr_equal(&about.peer.addr, &src) && about.peer.port == 5060);
		guard_free(copy, len);
	}
	for (uint16_t cut = 0; cut < len; cut++) {
		uint8_t *copy = guard_copy(bytes, cut);
		cr_assert(eq(int, frame_peek(copy, cut, &about), PEEK_OTHER), "%u bytes", cut);
		guard_free(copy, cut);
	}
}

// An ICMPv6 message of a type and code, about a datagram of ours.
static uint16_t about_ours(uint8_t type, uint8_t code, const uint8_t *quoted, uint16_t len)
{
	uint8_t message[HL_FRAME_MAX] = { type, code };

	memcpy(message + 8, quoted, len);
	return ipv6_frame_write(bytes, &(struct ipv6_frame){ .src = SERVER,
							     .dst = US,
							     .protocol = IPV6_ICMP,
							     .payload = message,
							     .payload_len = (uint16_t)(8 + len) });
}

Test(ipv6, errors_name_our_datagram)
{
	const struct hl_addr src = ipv6_text(US), dst = ipv6_text(SERVER);
	uint8_t ours[HL_FRAME_MAX];
	struct icmp_quote quote;
	struct peek about;
	const uint16_t ours_len = ipv6_frame_write(
		ours, &(struct ipv6_frame){
			      .src = US,
			      .dst = SERVER,
			      .protocol = IP_UDP,
			      .payload = (const uint8_t *)"\xc3\x51\x13\xc4\0\x11\0\0heartline",
			      .payload_len = 17 });
	static const struct {
		uint8_t type, code;
		bool port;
	} rows[] = {
		{ 1, 4, true }, { 1, 0, false }, { 1, 3, false }, { 2, 0, false }, { 2, 4, false }
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint16_t len = about_ours(rows[i].type, rows[i].code, ours + ETH_BYTES,
					  ours_len - ETH_BYTES);

		cr_assert(eq(int, read_at_guard(bytes, len, 0), FRAME_ICMP));
		frame_read(bytes, len, 0, &f);
		cr_assert(eq(int, icmp_read(&f, &quote), ICMP_UNREACHABLE));
		cr_assert(eq(int, quote.port_unreachable, rows[i].port));
		cr_assert(hl_addr_equal(&quote.src, &src) && quote.src_port == 50001);
		cr_assert(hl_addr_equal(&quote.dst, &dst) && quote.dst_port == 5060);
		cr_assert(eq(u16, quote.payload_len, 9));
		cr_assert(eq(int, frame_peek(bytes, len, &about), PEEK_QUOTE));
		cr_assert(hl_addr_equal(&about.own.addr, &src) && about.own.port == 50001);
	}
	for (uint16_t cut = 0; cut < IPV6_BYTES + 8; cut++) {
		uint16_t len = about_ours(1, 4, ours + ETH_BYTES, cut);

		frame_read(bytes, len, 0, &f);
		cr_assert(eq(int, icmp_read(&f, &quote), ICMP_BAD_QUOTE), "%u bytes", cut);
		cr_assert(eq(int, frame_peek(bytes, len, &about), PEEK_OTHER));
	}
}

Test(ipv6, an_echo_is_returned)
{
	static const uint8_t echo[] = { 128, 0, 0, 0, 1, 2, 3, 4, 'p', 'i', 'n', 'g' };
	uint8_t out[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = out };
	struct icmp_quote quote;
	uint16_t len = ipv6_frame_write(bytes, &(struct ipv6_frame){ .src = SERVER,
								     .dst = US,
								     .protocol = IPV6_ICMP,
								     .payload = echo,
								     .payload_len = sizeof(echo) });

	cr_assert(eq(int, frame_read(bytes, len, 0, &f), FRAME_ICMP));
	cr_assert(eq(int, icmp_read(&f, &quote), ICMP_ECHO_REQUEST));
	icmp_write_echo_reply(&pkt, bytes, &f, true);
	cr_assert(eq(u16, pkt.len, len));
	cr_assert(eq(int, memcmp(out, bytes + 6, 6), 0));
	cr_assert(eq(int, frame_read(out, pkt.len, 0, &f), FRAME_ICMP));
	cr_assert(eq(u8, f.payload[0], 129));
	cr_assert(eq(int, memcmp(f.payload + 4, echo + 4, 8), 0));
	const struct hl_addr us = ipv6_text(US);
	cr_assert(hl_addr_equal(&f.src.addr, &us));
}

// Whatever comes, nothing is read beyond the frame, and what is found lies within it.
Test(ipv6, mutated_frames_do_no_harm)
{
	static const uint8_t between[] = {
		IPV6_FRAGMENT, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		IP_UDP,        0, 0, 0,  1, 2, 3, 4
	};
	uint8_t *frame = guard_alloc(160);
	struct icmp_quote quote;
	struct ndp ndp;
	struct peek about;
	struct rng rng;

	rng_seed(&rng, 6);
	for (unsigned round = 0; round < 200000; round++) {
		uint16_t len = udp_between(IPV6_OPTIONS, between, round % 2 ? sizeof(between) : 0);
		uint16_t cut = (uint16_t)rng_below(&rng, len + 1);
		uint8_t *at = frame + 160 - cut;

		memcpy(at, bytes, cut);
		for (unsigned k = rng_below(&rng, 4); k > 0 && cut > ETH_BYTES; k--)
			at[ETH_BYTES + rng_below(&rng, cut - ETH_BYTES)] = (uint8_t)rng_next(&rng);
		frame_peek(at, cut, &about);
		switch (frame_read(at, cut, round & 4 ? HL_PACKET_UDP_GOOD : 0, &f)) {
		case FRAME_ICMP:
			icmp_read(&f, &quote);
			break;
		case FRAME_NDP:
			ndp_read(&f, &ndp);
			break;
		case FRAME_UDP:
		case FRAME_FRAGMENT:
			cr_assert(f.payload >= at && f.payload + f.payload_len <= at + cut);
			break;
		default:
			break;
		}
	}
}
