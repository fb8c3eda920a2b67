// SPDX-License-Identifier: BSD-3-Clause
// One stage after the other: the lines' addresses, next hops, servers.

#include "doctor/survey.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/survey_frame.h"

#define ADDRESSES_A_POLL 16

static void addr_text(uint32_t ip, char out[HL_ADDR_TEXT])
{
	const struct hl_addr addr = hl_addr_from_ipv4(ip);

	hl_addr_format(&addr, out);
}

static void stage_begin(struct survey *p, enum survey_stage stage, uint64_t now_ns)
{
	p->stage = stage;
	p->stage_ns = p->next_ns = now_ns;
	p->round = 0;
	p->next_own = 0;
}

void survey_start(struct survey *p, uint64_t now_ns)
{
	stage_begin(p, SURVEY_ADDRESSES, now_ns);
}

// --- what comes

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
	addr_text(f->kind == FRAME_ARP ? f->arp.sender : f->from, from);
	addr_text(f->kind == FRAME_ARP ? f->arp.target : f->to, to);
	snprintf(p->own_mac_example, sizeof(p->own_mac_example), "%s from %.20s %s %.20s",
		 f->kind == FRAME_ARP           ? "ARP request"
		 : f->kind == FRAME_UNREACHABLE ? "ICMP unreachable"
						: "IPv4",
		 from, f->kind == FRAME_ARP ? "for" : "to", to);
}

static void frame_hear(struct survey *p, const struct hl_packet *packet, uint64_t now_ns)
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

// --- what is sent

// Where the frames of one poll go.
struct out {
	struct hl_packet *frames;
	unsigned n, cap;
};

static struct hl_packet *out_next(struct out *out)
{
	return out->n < out->cap ? &out->frames[out->n++] : NULL;
}

// The address that asks is answered for, or nobody could answer.
static void source_answer(struct survey *p, const struct hl_packet *packet, struct out *out)
{
	struct survey_frame f;
	struct hl_packet *to;

	if (p->stage < SURVEY_HOPS)
		return;
	survey_frame_read(packet, &f);
	if (f.kind == FRAME_ARP && f.arp.is_request && f.arp.target == p->source &&
	    memcmp(f.source_mac, p->mac, 6) != 0 && (to = out_next(out)))
		arp_answer_write(to, p->mac, p->source, &f.arp);
}

static void addresses_send(struct survey *p, struct out *out, uint64_t now_ns)
{
	struct hl_packet *to;

	for (unsigned n = 0; n < ADDRESSES_A_POLL && p->next_own < p->n_own; n++) {
		if (!(to = out_next(out)))
			return;
		arp_ask_write(to, p->mac, 0, p->own[p->next_own++].ip);
	}
	if (p->next_own < p->n_own)
		return;
	p->round++;
	p->next_own = 0;
	p->next_ns = now_ns + SURVEY_GAP_NS;
}

static void source_choose(struct survey *p)
{
	for (uint32_t i = 0; i < p->n_own; i++)
		if (!p->own[i].in_use) {
			p->source = p->own[i].ip;
			return;
		}
}

// Doubling from T1, as SIP does; the first at once.
static uint64_t wait_ns(unsigned asked)
{
	return asked == 0 ? 0 : (uint64_t)SURVEY_ASKED_NS << (asked < 4 ? asked - 1 : 3);
}

static void hops_send(struct survey *p, struct out *out)
{
	struct hl_packet *to;

	for (unsigned i = 0; i < p->n_hops; i++) {
		struct survey_hop *hop = &p->hops[i];
		if (hop->known || !(to = out_next(out)))
			continue;
		arp_ask_write(to, p->mac, p->source, hop->ip);
		hop->asked++;
	}
}

static uint16_t request_write(const struct survey *p, unsigned index, char *out, size_t room)
{
	const struct survey_server *s = &p->servers[index];
	char source[HL_ADDR_TEXT], server[HL_ADDR_TEXT];

	addr_text(p->source, source);
	addr_text(s->ip, server);
	int n = snprintf(out, room,
			 "OPTIONS sip:%s:%u SIP/2.0\r\n"
			 "Via: SIP/2.0/UDP %s:%u;branch=z9hG4bK-dr-%08" PRIx32 "-%u;rport\r\n"
			 "Max-Forwards: 70\r\n"
			 "From: <sip:doctor@%s>;tag=%08" PRIx32 "\r\n"
			 "To: <sip:%s:%u>\r\n"
			 "Call-ID: %08" PRIx32 "-%u@%s\r\n"
			 "CSeq: 1 OPTIONS\r\n"
			 "Contact: <sip:doctor@%s:%u>\r\n"
			 "Accept: application/sdp\r\n"
			 "User-Agent: heartline\r\n"
			 "Content-Length: 0\r\n\r\n",
			 server, s->port, source, p->source_port, p->key, index, source, p->key,
			 server, s->port, p->key, index, source, source, p->source_port);
	return (uint16_t)n;
}

static void servers_send(struct survey *p, struct out *out, uint64_t now_ns)
{
	struct hl_packet *to;

	for (unsigned i = 0; i < p->n_servers; i++) {
		struct survey_server *s = &p->servers[i];
		if (!p->hops[s->hop].known)
			continue;
		if ((s->outcome != SERVER_SILENT && s->outcome != SERVER_NO_HOP) ||
		    !(to = out_next(out)))
			continue;
		const struct survey_ends ends = {
			.mac = p->mac,
			.to_mac = p->hops[s->hop].mac,
			.from = p->source,
			.to = s->ip,
			.from_port = p->source_port,
			.to_port = s->port,
		};
		char *payload = (char *)to->data + SURVEY_PAYLOAD_AT;
		datagram_write(to, &ends,
			       request_write(p, i, payload, SURVEY_FRAME_MAX - SURVEY_PAYLOAD_AT));
		s->outcome = SERVER_SILENT;
		if (s->sent++ == 0)
			s->first_ns = now_ns;
	}
}

static bool hops_known(const struct survey *p)
{
	for (unsigned i = 0; i < p->n_hops; i++)
		if (!p->hops[i].known)
			return false;
	return true;
}

static bool servers_settled(const struct survey *p)
{
	for (unsigned i = 0; i < p->n_servers; i++) {
		enum server_outcome outcome = p->servers[i].outcome;
		if (p->hops[p->servers[i].hop].known &&
		    (outcome == SERVER_NO_HOP || outcome == SERVER_SILENT ||
		     outcome == SERVER_ELSEWHERE || outcome == SERVER_BAD_CHECKSUM))
			return false;
	}
	return true;
}

// A stage ends when there is nothing more to learn, or when its time is over.
static void stage_advance(struct survey *p, uint64_t now_ns)
{
	bool over = now_ns - p->stage_ns > p->patience_ns;

	if (p->stage == SURVEY_ADDRESSES && p->round == SURVEY_ROUNDS && now_ns >= p->next_ns) {
		source_choose(p);
		stage_begin(p, p->source ? SURVEY_HOPS : SURVEY_LISTEN, now_ns);
	} else if (p->stage == SURVEY_HOPS && (over || hops_known(p))) {
		stage_begin(p, SURVEY_SERVERS, now_ns);
	} else if (p->stage == SURVEY_SERVERS && (over || servers_settled(p))) {
		stage_begin(p, SURVEY_LISTEN, now_ns);
	} else if (p->stage == SURVEY_LISTEN && now_ns - p->stage_ns > SURVEY_LISTEN_NS) {
		stage_begin(p, SURVEY_DONE, now_ns);
	}
}

static void stage_send(struct survey *p, struct out *out, uint64_t now_ns)
{
	if (now_ns < p->next_ns)
		return;
	if (p->stage == SURVEY_ADDRESSES) {
		if (p->round < SURVEY_ROUNDS)
			addresses_send(p, out, now_ns);
		return;
	}
	if (p->stage == SURVEY_HOPS)
		hops_send(p, out);
	else if (p->stage == SURVEY_SERVERS)
		servers_send(p, out, now_ns);
	p->next_ns = now_ns + wait_ns(++p->round);
}

unsigned survey_poll(struct survey *p, const struct hl_packet in[], unsigned n_in,
		     struct hl_packet frames[], unsigned cap, uint64_t now_ns)
{
	struct out out = { .frames = frames, .cap = cap };

	for (unsigned i = 0; i < n_in; i++) {
		frame_hear(p, &in[i], now_ns);
		source_answer(p, &in[i], &out);
	}
	stage_advance(p, now_ns);
	stage_send(p, &out, now_ns);
	return out.n;
}

static void conflicts_report(const struct survey *p, struct facts_network *n)
{
	for (uint32_t i = 0; i < p->n_own; i++) {
		if (!p->own[i].in_use)
			continue;
		if (n->n_conflicts < CONFLICTS_MAX) {
			addr_text(p->own[i].ip, n->conflicts[n->n_conflicts].addr);
			memcpy(n->conflicts[n->n_conflicts].mac, p->own[i].mac, 6);
		}
		n->n_conflicts++;
	}
}

void survey_report(const struct survey *p, struct facts_network *n)
{
	addr_text(p->source, n->source);
	n->n_probed = p->n_own;
	n->probed_ms = SURVEY_ROUNDS * SURVEY_GAP_NS / 1e6;
	n->heard = p->heard;
	n->heard_arp = p->heard_arp;
	n->heard_bad_checksum = p->heard_bad_checksum;
	n->from_own_mac = p->from_own_mac;
	memcpy(n->own_mac_example, p->own_mac_example, sizeof(n->own_mac_example));
	conflicts_report(p, n);
	for (unsigned i = 0; i < p->n_hops; i++) {
		const struct survey_hop *from = &p->hops[i];
		struct fact_hop *hop = &n->hops[n->n_hops++];
		addr_text(from->ip, hop->addr);
		hop->known = from->known;
		hop->doubled = from->doubled;
		hop->asked = from->asked;
		memcpy(hop->mac, from->mac, 6);
		memcpy(hop->other_mac, from->other_mac, 6);
	}
	for (unsigned i = 0; i < p->n_servers; i++) {
		const struct survey_server *from = &p->servers[i];
		struct fact_server *server = &n->servers[i];
		char addr[HL_ADDR_TEXT];
		server->outcome = from->outcome;
		server->status = from->status;
		server->sent = from->sent;
		server->rtt_ms = (double)from->rtt_ns / 1e6;
		memcpy(server->phrase, from->phrase, sizeof(server->phrase));
		addr_text(from->from_ip, addr);
		snprintf(server->from, sizeof(server->from), "%s:%u", addr, from->from_port);
	}
	n->n_servers = p->n_servers;
}
