// SPDX-License-Identifier: BSD-3-Clause
// Neighbour discovery messages. frame_read() has made sure of the hop limit and the checksum.
#include "net/ndp.h"

#include <string.h>

#include "net/headers.h"
#include "net/icmp.h"
#include "net/ipv6.h"

enum {
	TYPE_SOLICITATION = 135,
	TYPE_ADVERTISEMENT = 136,
	MESSAGE_BYTES = 24, // with the target
	TARGET_AT = 8,
	OPTION_BYTES = 8, // of a link-layer address of Ethernet
	OPTION_SOURCE_MAC = 1,
	OPTION_TARGET_MAC = 2,
	FLAG_SOLICITED = 0x40,
	FLAG_OVERRIDE = 0x20,
};

static const struct hl_addr all_nodes = {
	.family = HL_FAMILY_IPV6,
	.bytes = { 0xff, 0x02, [15] = 1 },
};
static const struct hl_addr unspecified = { .family = HL_FAMILY_IPV6 };

static bool is_group(const struct hl_addr *addr)
{
	return addr->bytes[0] == 0xff;
}

// Looks for the link-layer address. False: an option that is longer than the message, or of length 0.
static bool options_read(const uint8_t *at, uint16_t room, uint8_t wanted, struct ndp *out)
{
	while (room > 0) {
		if (room < 8 || at[1] == 0 || at[1] * 8 > room)
			return false;
		if (at[0] == wanted && at[1] == 1 && !out->has_mac) {
			out->has_mac = true;
			memcpy(out->mac, at + 2, 6);
		}
		room -= at[1] * 8;
		at += at[1] * 8;
	}
	return true;
}

static enum ndp_kind solicitation_check(const struct frame *f, struct ndp *out)
{
	struct hl_addr group = ipv6_solicited_node(&out->target);

	out->detects_duplicate = hl_addr_equal(&f->src.addr, &unspecified);
	if (out->detects_duplicate && (out->has_mac || !hl_addr_equal(&f->dst.addr, &group)))
		return NDP_BAD;
	return NDP_SOLICITATION;
}

static enum ndp_kind advertisement_check(const struct frame *f, struct ndp *out)
{
	out->solicited = f->payload[4] & FLAG_SOLICITED;
	out->overrides = f->payload[4] & FLAG_OVERRIDE;
	return out->solicited && is_group(&f->dst.addr) ? NDP_BAD : NDP_ADVERTISEMENT;
}

enum ndp_kind ndp_read(const struct frame *f, struct ndp *out)
{
	const uint8_t *icmp = f->payload;
	const uint8_t type = icmp[0];

	if (type != TYPE_SOLICITATION && type != TYPE_ADVERTISEMENT)
		return NDP_OTHER;
	if (icmp[1] != 0 || f->payload_len < MESSAGE_BYTES)
		return NDP_BAD;
	*out = (struct ndp){ .target.family = HL_FAMILY_IPV6 };
	memcpy(out->target.bytes, icmp + TARGET_AT, 16);
	if (is_group(&out->target) ||
	    !options_read(icmp + MESSAGE_BYTES, f->payload_len - MESSAGE_BYTES,
			  type == TYPE_SOLICITATION ? OPTION_SOURCE_MAC : OPTION_TARGET_MAC, out))
		return NDP_BAD;
	return type == TYPE_SOLICITATION ? solicitation_check(f, out) : advertisement_check(f, out);
}

struct message {
	uint8_t type, flags;
	const uint8_t *to_mac, *mac;
	const struct hl_addr *src, *dst, *target;
};

static void ndp_write(struct hl_packet *pkt, const struct message *m)
{
	uint8_t *ip = pkt->data + ETH_BYTES, *icmp = ip + IPV6_BYTES;
	uint8_t *option = icmp + MESSAGE_BYTES;
	const struct ipv6_header header = {
		.src = m->src,
		.dst = m->dst,
		.payload_len = MESSAGE_BYTES + OPTION_BYTES,
		.protocol = IPV6_ICMP,
		.hops = IPV6_HOPS_ALL,
	};

	frame_write_eth(pkt->data, m->to_mac, m->mac, ETHERTYPE_IPV6);
	ipv6_write_header(ip, &header);
	memset(icmp, 0, TARGET_AT);
	icmp[0] = m->type;
	icmp[4] = m->flags;
	memcpy(icmp + TARGET_AT, m->target->bytes, 16);
	option[0] = m->type == TYPE_SOLICITATION ? OPTION_SOURCE_MAC : OPTION_TARGET_MAC;
	option[1] = 1;
	memcpy(option + 2, m->mac, 6);
	icmp_finish(icmp, MESSAGE_BYTES + OPTION_BYTES, ip);
	pkt->len = ETH_BYTES + IPV6_BYTES + MESSAGE_BYTES + OPTION_BYTES;
	pkt->flags = 0;
}

void ndp_write_solicitation(struct hl_packet *pkt, const struct ndp_question *question)
{
	struct hl_addr group = ipv6_solicited_node(question->target);
	uint8_t group_mac[6];
	struct message m = {
		.type = TYPE_SOLICITATION,
		.to_mac = group_mac,
		.mac = question->mac,
		.src = question->sender,
		.dst = &group,
		.target = question->target,
	};

	ipv6_group_mac(&group, group_mac);
	if (question->known != NULL) {
		m.to_mac = question->known;
		m.dst = question->target;
	}
	ndp_write(pkt, &m);
}

static void to_all(struct message *m, uint8_t mac[6])
{
	ipv6_group_mac(&all_nodes, mac);
	m->to_mac = mac;
	m->dst = &all_nodes;
}

void ndp_write_answer(struct hl_packet *pkt, const uint8_t mac[6], const struct ndp *asked,
		      const uint8_t *request_frame, const struct frame *f)
{
	uint8_t all_mac[6];
	struct message m = {
		.type = TYPE_ADVERTISEMENT,
		.flags = FLAG_SOLICITED | FLAG_OVERRIDE,
		.to_mac = asked->has_mac ? asked->mac : frame_src_mac(request_frame),
		.mac = mac,
		.src = &asked->target,
		.dst = &f->src.addr,
		.target = &asked->target,
	};

	if (asked->detects_duplicate) { // it has no address yet (RFC 4861 7.2.4)
		m.flags = FLAG_OVERRIDE;
		to_all(&m, all_mac);
	}
	ndp_write(pkt, &m);
}

void ndp_write_announcement(struct hl_packet *pkt, const uint8_t mac[6], const struct hl_addr *addr)
{
	uint8_t all_mac[6];
	struct message m = {
		.type = TYPE_ADVERTISEMENT,
		.flags = FLAG_OVERRIDE,
		.mac = mac,
		.src = addr,
		.target = addr,
	};

	to_all(&m, all_mac);
	ndp_write(pkt, &m);
}
