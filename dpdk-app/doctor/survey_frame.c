// SPDX-License-Identifier: BSD-3-Clause
// ARP, UDP and ICMP by DPDK's own headers. A tag of a VLAN is stepped over.

#include "doctor/survey_frame.h"

#include <string.h>

#include <rte_arp.h>
#include <rte_ether.h>
#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_udp.h>

#define ICMP_UNREACHABLE 3
#define TTL 64
#define FRAME_MIN 60

static void ether_write(uint8_t *frame, const uint8_t *to, const uint8_t *from, uint16_t type)
{
	struct rte_ether_hdr *ether = (void *)frame;

	memcpy(ether->dst_addr.addr_bytes, to, 6);
	memcpy(ether->src_addr.addr_bytes, from, 6);
	ether->ether_type = rte_cpu_to_be_16(type);
}

static void arp_write(struct hl_packet *packet, const uint8_t mac[6], uint32_t sender,
		      const struct survey_arp *to)
{
	static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	uint8_t *frame = packet->data;
	struct rte_arp_hdr *arp = (void *)(frame + sizeof(struct rte_ether_hdr));

	memset(frame, 0, FRAME_MIN);
	ether_write(frame, to->is_request ? broadcast : to->mac, mac, RTE_ETHER_TYPE_ARP);
	arp->arp_hardware = rte_cpu_to_be_16(RTE_ARP_HRD_ETHER);
	arp->arp_protocol = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
	arp->arp_hlen = 6;
	arp->arp_plen = 4;
	arp->arp_opcode = rte_cpu_to_be_16(to->is_request ? RTE_ARP_OP_REQUEST : RTE_ARP_OP_REPLY);
	memcpy(arp->arp_data.arp_sha.addr_bytes, mac, 6);
	arp->arp_data.arp_sip = rte_cpu_to_be_32(sender);
	if (!to->is_request)
		memcpy(arp->arp_data.arp_tha.addr_bytes, to->mac, 6);
	arp->arp_data.arp_tip = rte_cpu_to_be_32(to->target);
	packet->len = FRAME_MIN;
}

void arp_ask_write(struct hl_packet *packet, const uint8_t mac[6], uint32_t sender, uint32_t target)
{
	const struct survey_arp to = { .is_request = true, .target = target };

	arp_write(packet, mac, sender, &to);
}

void arp_answer_write(struct hl_packet *packet, const uint8_t mac[6], uint32_t sender,
		      const struct survey_arp *to)
{
	struct survey_arp answer = { .target = to->sender };

	memcpy(answer.mac, to->mac, 6);
	arp_write(packet, mac, sender, &answer);
}

void datagram_write(struct hl_packet *packet, const struct survey_ends *ends, uint16_t payload_len)
{
	uint8_t *frame = packet->data;
	struct rte_ipv4_hdr *ip = (void *)(frame + sizeof(struct rte_ether_hdr));
	struct rte_udp_hdr *udp = (void *)(ip + 1);

	ether_write(frame, ends->to_mac, ends->mac, RTE_ETHER_TYPE_IPV4);
	*ip = (struct rte_ipv4_hdr){
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = rte_cpu_to_be_16(
			(uint16_t)(sizeof(*ip) + sizeof(*udp) + payload_len)),
		.fragment_offset = rte_cpu_to_be_16(RTE_IPV4_HDR_DF_FLAG),
		.time_to_live = TTL,
		.next_proto_id = IPPROTO_UDP,
		.src_addr = rte_cpu_to_be_32(ends->from),
		.dst_addr = rte_cpu_to_be_32(ends->to),
	};
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	*udp = (struct rte_udp_hdr){
		.src_port = rte_cpu_to_be_16(ends->from_port),
		.dst_port = rte_cpu_to_be_16(ends->to_port),
		.dgram_len = rte_cpu_to_be_16((uint16_t)(sizeof(*udp) + payload_len)),
	};
	udp->dgram_cksum = rte_ipv4_udptcp_cksum(ip, udp);
	packet->len = (uint16_t)(SURVEY_PAYLOAD_AT + payload_len);
}

static void arp_read(const uint8_t *at, uint16_t len, struct survey_frame *f)
{
	const struct rte_arp_hdr *arp = (const void *)at;

	if (len < sizeof(*arp) || arp->arp_protocol != rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4) ||
	    arp->arp_hlen != 6 || arp->arp_plen != 4)
		return;
	f->kind = FRAME_ARP;
	f->arp.is_request = arp->arp_opcode == rte_cpu_to_be_16(RTE_ARP_OP_REQUEST);
	memcpy(f->arp.mac, arp->arp_data.arp_sha.addr_bytes, 6);
	f->arp.sender = rte_be_to_cpu_32(arp->arp_data.arp_sip);
	f->arp.target = rte_be_to_cpu_32(arp->arp_data.arp_tip);
}

static void udp_read(const struct rte_ipv4_hdr *ip, const uint8_t *at, uint16_t len,
		     struct survey_frame *f)
{
	const struct rte_udp_hdr *udp = (const void *)at;

	if (len < sizeof(*udp) || rte_be_to_cpu_16(udp->dgram_len) > len ||
	    rte_be_to_cpu_16(udp->dgram_len) < sizeof(*udp))
		return;
	f->kind = FRAME_UDP;
	f->from_port = rte_be_to_cpu_16(udp->src_port);
	f->to_port = rte_be_to_cpu_16(udp->dst_port);
	f->payload = (const char *)(udp + 1);
	f->payload_len = (uint16_t)(rte_be_to_cpu_16(udp->dgram_len) - sizeof(*udp));
	// Over a right checksum the sum is 0, which DPDK writes as 0xffff.
	if (udp->dgram_cksum != 0)
		f->bad_checksum |= rte_ipv4_udptcp_cksum(ip, udp) != 0xffff;
}

static void icmp_read(const uint8_t *at, uint16_t len, struct survey_frame *f)
{
	const struct rte_icmp_hdr *icmp = (const void *)at;
	const struct rte_ipv4_hdr *quoted = (const void *)(icmp + 1);
	const struct rte_udp_hdr *udp = (const void *)(quoted + 1);

	if (len < sizeof(*icmp) + sizeof(*quoted) + sizeof(*udp) ||
	    icmp->icmp_type != ICMP_UNREACHABLE || quoted->version_ihl != RTE_IPV4_VHL_DEF ||
	    quoted->next_proto_id != IPPROTO_UDP)
		return;
	f->kind = FRAME_UNREACHABLE;
	f->code = icmp->icmp_code;
	f->quoted_from = rte_be_to_cpu_32(quoted->src_addr);
	f->quoted_to = rte_be_to_cpu_32(quoted->dst_addr);
	f->quoted_from_port = rte_be_to_cpu_16(udp->src_port);
	f->quoted_port = rte_be_to_cpu_16(udp->dst_port);
}

static void ipv4_read(const uint8_t *at, uint16_t len, struct survey_frame *f)
{
	const struct rte_ipv4_hdr *ip = (const void *)at;

	if (len < sizeof(*ip) || rte_ipv4_hdr_len(ip) < sizeof(*ip) || rte_ipv4_hdr_len(ip) > len ||
	    rte_be_to_cpu_16(ip->total_length) > len ||
	    rte_be_to_cpu_16(ip->total_length) < rte_ipv4_hdr_len(ip))
		return;
	f->is_ipv4 = true;
	f->from = rte_be_to_cpu_32(ip->src_addr);
	f->to = rte_be_to_cpu_32(ip->dst_addr);
	f->bad_checksum = rte_raw_cksum(ip, rte_ipv4_hdr_len(ip)) != 0xffff;
	if (ip->fragment_offset & rte_cpu_to_be_16(~RTE_IPV4_HDR_DF_FLAG & 0xffff))
		return; // a fragment
	at += rte_ipv4_hdr_len(ip);
	len = (uint16_t)(rte_be_to_cpu_16(ip->total_length) - rte_ipv4_hdr_len(ip));
	if (ip->next_proto_id == IPPROTO_UDP)
		udp_read(ip, at, len, f);
	else if (ip->next_proto_id == IPPROTO_ICMP)
		icmp_read(at, len, f);
}

void survey_frame_read(const struct hl_packet *packet, struct survey_frame *f)
{
	const struct rte_ether_hdr *ether = (const void *)packet->data;
	uint16_t at = sizeof(*ether), type;

	*f = (struct survey_frame){ .kind = FRAME_OTHER };
	if (packet->len < sizeof(*ether))
		return;
	memcpy(f->source_mac, ether->src_addr.addr_bytes, 6);
	type = rte_be_to_cpu_16(ether->ether_type);
	if (type == RTE_ETHER_TYPE_VLAN && packet->len >= at + sizeof(struct rte_vlan_hdr)) {
		const struct rte_vlan_hdr *vlan = (const void *)(ether + 1);
		type = rte_be_to_cpu_16(vlan->eth_proto);
		at += sizeof(*vlan);
	}
	if (type == RTE_ETHER_TYPE_ARP)
		arp_read(packet->data + at, (uint16_t)(packet->len - at), f);
	else if (type == RTE_ETHER_TYPE_IPV4)
		ipv4_read(packet->data + at, (uint16_t)(packet->len - at), f);
}
