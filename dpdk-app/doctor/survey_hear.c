// SPDX-License-Identifier: BSD-3-Clause
// What the survey learns from frames that come.

#include "doctor/survey_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/survey_frame.h"

static void own_hear(struct survey *p, const struct survey_arp *arp)
{
	for (uint32_t i = 0; i < p->n_own; i++) {
		struct survey_own *own = &p->own[i];
		// RFC 5227 2.1.1: any ARP packet with it as sender, or a probe by somebody else.
		bool claims = arp->sender == own->ip ||
			      (arp->is_request && arp->sender == 0 && arp->target == own->ip);
		if (!claims || own->in_use)
			continue;
		own->in_use = true;
		memcpy(own->mac, arp->mac, 6);
	}
}

static void hop_hear(struct survey *p, const struct survey_arp *arp)
{
	for (unsigned i = 0; i < p->n_hops; i++) {
		struct survey_hop *hop = &p->hops[i];
		if (arp->sender != hop->ip)
			continue;
		if (!hop->known) {
			hop->known = true;
			memcpy(hop->mac, arp->mac, 6);
		} else if (memcmp(hop->mac, arp->mac, 6) != 0) {
			hop->doubled = true;
			memcpy(hop->other_mac, arp->mac, 6);
		}
	}
}

// The server whose request an answer has in its Via; NULL: it answers nothing that was asked here.
static struct survey_server *answered(struct survey *p, const struct survey_frame *f)
{
	char text[HL_FRAME_MAX], mark[32];

	snprintf(text, sizeof(text), "%.*s", (int)f->payload_len, f->payload);
	snprintf(mark, sizeof(mark), "z9hG4bK-dr-%08" PRIx32 "-", p->key);
	const char *at = strstr(text, mark);
	unsigned long index = at ? strtoul(at + strlen(mark), NULL, 10) : SERVERS_MAX;
	return index < p->n_servers ? &p->servers[index] : NULL;
}

static void answer_hear(struct survey *p, const struct survey_frame *f, uint64_t now_ns)
{
	struct survey_server *s = answered(p, f);
	unsigned status;
	char phrase[64] = "", head[128];

	snprintf(head, sizeof(head), "%.*s", (int)f->payload_len, f->payload);
	int n = sscanf(head, "SIP/2.0 %3u %63[^\r\n]", &status, phrase);
	if (!s || n < 1 || status < 200)
		return;
	bool from_there = f->from == s->ip && f->from_port == s->port;
	if (s->outcome == SERVER_ANSWERED || (s->outcome == SERVER_ELSEWHERE && !from_there))
		return;
	if (f->bad_checksum) {
		s->outcome = SERVER_BAD_CHECKSUM;
		return;
	}
	s->outcome = from_there ? SERVER_ANSWERED : SERVER_ELSEWHERE;
	s->status = status;
	memcpy(s->phrase, phrase, sizeof(s->phrase));
	s->from_ip = f->from;
	s->from_port = f->from_port;
	s->rtt_ns = now_ns - s->first_ns;
}

static void unreachable_hear(struct survey *p, const struct survey_frame *f)
{
	if (f->quoted_from != p->source || f->quoted_from_port != p->source_port)
		return;
	for (unsigned i = 0; i < p->n_servers; i++) {
		struct survey_server *s = &p->servers[i];
		if (s->ip != f->quoted_to || s->port != f->quoted_port ||
		    s->outcome != SERVER_SILENT)
			continue;
		s->outcome = SERVER_UNREACHABLE;
		s->status = f->code;
		s->from_ip = f->from;
	}
}

// Nobody but the kernel of this machine sends from the port's own MAC address.
static void own_mac_note(struct survey *p, const struct survey_frame *f)
{
	char from[HL_ADDR_TEXT], to[HL_ADDR_TEXT];

	if (p->from_own_mac++ > 0)
		return;
	survey_addr_text(f->kind == FRAME_ARP ? f->arp.sender : f->from, from);
	survey_addr_text(f->kind == FRAME_ARP ? f->arp.target : f->to, to);
	snprintf(p->own_mac_example, sizeof(p->own_mac_example), "%s from %.20s %s %.20s",
		 f->kind == FRAME_ARP           ? "ARP request"
		 : f->kind == FRAME_UNREACHABLE ? "ICMP unreachable"
						: "IPv4",
		 from, f->kind == FRAME_ARP ? "for" : "to", to);
}

void survey_hear(struct survey *p, const struct hl_packet *packet, uint64_t now_ns)
{
	struct survey_frame f;

	survey_frame_read(packet, &f);
	p->heard++;
	if (!memcmp(f.source_mac, p->mac, 6)) {
		if ((f.is_ipv4 && f.from != p->source) ||
		    (f.kind == FRAME_ARP && f.arp.sender != p->source && f.arp.sender != 0))
			own_mac_note(p, &f);
		return;
	}
	if (f.kind == FRAME_ARP) {
		p->heard_arp++;
		own_hear(p, &f.arp);
		hop_hear(p, &f.arp);
	}
	if (f.is_ipv4 && f.to != p->source)
		return;
	p->heard_bad_checksum += f.bad_checksum;
	if (f.kind == FRAME_UDP && f.to_port == p->source_port)
		answer_hear(p, &f, now_ns);
	else if (f.kind == FRAME_UNREACHABLE && !f.bad_checksum)
		unreachable_hear(p, &f);
}
