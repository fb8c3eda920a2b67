// SPDX-License-Identifier: BSD-3-Clause
// One stage after the other: the lines' addresses, next hops, servers.

#include "doctor/survey_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor/survey_frame.h"

#define ADDRESSES_A_POLL 16

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

	survey_addr_text(p->source, source);
	survey_addr_text(s->ip, server);
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
		survey_hear(p, &in[i], now_ns);
		source_answer(p, &in[i], &out);
	}
	stage_advance(p, now_ns);
	stage_send(p, &out, now_ns);
	return out.n;
}
