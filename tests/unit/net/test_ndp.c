// SPDX-License-Identifier: BSD-3-Clause
// Neighbour discovery: messages that RFC 4861 7.1 accepts and refuses, and those that are written.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "guard.h"
#include "ipv6_frames.h"
#include "net/ndp.h"

#define US "2001:db8::1:1"
#define PEER "2001:db8::a"

static const uint8_t our_mac[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t peer_mac[6] = { 2, 0, 0, 0, 0, 2 };
static uint8_t bytes[HL_FRAME_MAX];
static uint16_t len;
static struct frame f;
static struct ndp m;

struct message {
	uint8_t type, flags, code, hops;
	const char *src, *dst, *target;
	uint8_t option[32];
	uint8_t option_len;
};

static enum ndp_kind read_message(const struct message *message)
{
	const struct hl_addr target = ipv6_text(message->target);
	uint8_t icmp[64] = { message->type, message->code, 0, 0, message->flags };

	memcpy(icmp + 8, target.bytes, 16);
	memcpy(icmp + 24, message->option, message->option_len);
	len = ipv6_frame_write(
		bytes, &(struct ipv6_frame){ .src = message->src,
					     .dst = message->dst,
					     .protocol = IPV6_ICMP,
					     .hops = message->hops ? message->hops : 255,
					     .payload = icmp,
					     .payload_len = (uint16_t)(24 + message->option_len) });
	uint8_t *copy = guard_copy(bytes, len);
	enum frame_kind kind = frame_read(copy, len, 0, &f);
	enum ndp_kind result = kind == FRAME_NDP ? ndp_read(&f, &m) : NDP_BAD;
	guard_free(copy, len);
	frame_read(bytes, len, 0, &f);
	return result;
}

#define MAC_OPTION(TYPE) { TYPE, 1, 2, 0, 0, 0, 0, 2 }, 8

static const struct message solicitation = {
	135, 0, 0, 0, PEER, "ff02::1:ff01:1", US, MAC_OPTION(1),
};
static const struct message advertisement = {
	136, 0x60, 0, 0, PEER, US, PEER, MAC_OPTION(2),
};

Test(ndp, a_solicitation_is_read)
{
	const struct hl_addr us = ipv6_text(US);

	cr_assert(eq(int, read_message(&solicitation), NDP_SOLICITATION));
	cr_assert(hl_addr_equal(&m.target, &us));
	cr_assert(m.has_mac && memcmp(m.mac, peer_mac, 6) == 0);
	cr_assert(not(m.detects_duplicate));
}

Test(ndp, an_advertisement_is_read)
{
	struct message message = advertisement;

	cr_assert(eq(int, read_message(&message), NDP_ADVERTISEMENT));
	cr_assert(m.solicited && m.overrides && m.has_mac);
	message.flags = 0;
	message.option_len = 0;
	cr_assert(eq(int, read_message(&message), NDP_ADVERTISEMENT));
	cr_assert(not(m.solicited || m.overrides || m.has_mac));
}

Test(ndp, what_the_rfc_refuses_is_refused)
{
	struct message message = solicitation;

	message.hops = 254;
	cr_expect(eq(int, read_message(&message), NDP_BAD), "a router has passed it on");
	message = solicitation;
	message.code = 1;
	cr_expect(eq(int, read_message(&message), NDP_BAD));
	message = solicitation;
	message.target = "ff02::1";
	cr_expect(eq(int, read_message(&message), NDP_BAD), "a group has no MAC address");
	message = solicitation;
	message.option[1] = 0;
	cr_expect(eq(int, read_message(&message), NDP_BAD), "an option of length 0");
	message.option[1] = 2;
	cr_expect(eq(int, read_message(&message), NDP_BAD), "an option beyond the message");
	message = solicitation;
	message.src = "::";
	cr_expect(eq(int, read_message(&message), NDP_BAD), "from nobody, but with a MAC address");
	message.option_len = 0;
	cr_expect(eq(int, read_message(&message), NDP_SOLICITATION));
	cr_expect(m.detects_duplicate);
	message.dst = US;
	cr_expect(eq(int, read_message(&message), NDP_BAD), "from nobody, to one");
	message = advertisement;
	message.dst = "ff02::1";
	cr_expect(eq(int, read_message(&message), NDP_BAD), "an answer to all");
	message = solicitation;
	message.type = 134;
	cr_expect(eq(int, read_message(&message), NDP_OTHER));
}

Test(ndp, messages_of_every_length_are_read_within)
{
	uint8_t icmp[80];

	for (unsigned type = 133; type <= 137; type++) {
		for (uint16_t n = 8; n < sizeof(icmp); n++) {
			memset(icmp, 1, sizeof(icmp)); // options of 8 bytes each
			icmp[0] = (uint8_t)type;
			icmp[1] = 0;
			len = ipv6_frame_write(bytes, &(struct ipv6_frame){ .src = PEER,
									    .dst = US,
									    .protocol = IPV6_ICMP,
									    .hops = 255,
									    .payload = icmp,
									    .payload_len = n });
			uint8_t *copy = guard_copy(bytes, len);
			cr_assert(eq(int, frame_read(copy, len, 0, &f), FRAME_NDP));
			enum ndp_kind kind = ndp_read(&f, &m);
			guard_free(copy, len);
			if (type == 135 || type == 136)
				cr_assert(eq(int, kind == NDP_BAD, n < 24 || n % 8 != 0),
					  "type %u, %u bytes", type, n);
		}
	}
}

// What was written, as a peer reads it.
static enum ndp_kind written(const struct hl_packet *pkt)
{
	cr_assert(eq(int, frame_read(pkt->data, pkt->len, 0, &f), FRAME_NDP));
	return ndp_read(&f, &m);
}

Test(ndp, questions_go_to_the_group_or_to_the_one_that_is_known)
{
	uint8_t out[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = out };
	const struct hl_addr us = ipv6_text(US), target = ipv6_text("2001:db8::12:3456");
	const struct hl_addr group = ipv6_text("ff02::1:ff12:3456");
	struct ndp_question question = { .mac = our_mac, .sender = &us, .target = &target };
	static const uint8_t group_mac[6] = { 0x33, 0x33, 0xff, 0x12, 0x34, 0x56 };

	ndp_write_solicitation(&pkt, &question);
	cr_assert(eq(int, written(&pkt), NDP_SOLICITATION));
	cr_assert(hl_addr_equal(&m.target, &target) && hl_addr_equal(&f.dst.addr, &group));
	cr_assert(hl_addr_equal(&f.src.addr, &us) && m.has_mac && memcmp(m.mac, our_mac, 6) == 0);
	cr_assert(eq(int, memcmp(out, group_mac, 6), 0));
	question.known = peer_mac;
	ndp_write_solicitation(&pkt, &question);
	cr_assert(eq(int, written(&pkt), NDP_SOLICITATION));
	cr_assert(hl_addr_equal(&f.dst.addr, &target));
	cr_assert(eq(int, memcmp(out, peer_mac, 6), 0));
}

Test(ndp, answers_go_to_the_asker_or_to_all_when_it_has_no_address)
{
	uint8_t out[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = out };
	const struct hl_addr us = ipv6_text(US), peer = ipv6_text(PEER), all = ipv6_text("ff02::1");
	struct message message = solicitation;

	cr_assert(eq(int, read_message(&message), NDP_SOLICITATION));
	ndp_write_answer(&pkt, our_mac, &m, bytes, &f);
	cr_assert(eq(int, written(&pkt), NDP_ADVERTISEMENT));
	cr_assert(m.solicited && m.overrides && hl_addr_equal(&m.target, &us));
	cr_assert(hl_addr_equal(&f.src.addr, &us) && hl_addr_equal(&f.dst.addr, &peer));
	cr_assert(eq(int, memcmp(out, peer_mac, 6), 0));

	message.src = "::";
	message.option_len = 0;
	cr_assert(eq(int, read_message(&message), NDP_SOLICITATION));
	ndp_write_answer(&pkt, our_mac, &m, bytes, &f);
	cr_assert(eq(int, written(&pkt), NDP_ADVERTISEMENT));
	cr_assert(m.overrides && !m.solicited && hl_addr_equal(&f.dst.addr, &all));
	cr_assert(eq(int, memcmp(out, "\x33\x33\0\0\0\1", 6), 0));

	ndp_write_announcement(&pkt, our_mac, &us);
	cr_assert(eq(int, written(&pkt), NDP_ADVERTISEMENT));
	cr_assert(m.overrides && !m.solicited && m.has_mac);
	cr_assert(hl_addr_equal(&m.target, &us) && hl_addr_equal(&f.dst.addr, &all));
}
