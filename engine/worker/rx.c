// SPDX-License-Identifier: BSD-3-Clause
// Received packets: read a few, fetch their lines, then serve them while the lines arrive.
#include "base/count.h"
#include "line/branch.h"
#include "net/frame.h"
#include "timer/wheel.h"
#include "worker/address.h"
#include "worker/challenge.h"
#include "worker/clock.h"
#include "worker/decline.h"
#include "worker/discovery.h"
#include "worker/drop.h"
#include "worker/fragment.h"
#include "worker/icmp.h"
#include "worker/incoming.h"
#include "worker/lease.h"
#include "worker/message.h"
#include "worker/pace.h"
#include "worker/quiescent.h"
#include "worker/reply.h"
#include "worker/transport.h"
#include "worker/worker.h"
#include "worker/write.h"

#define RX_STEP BRANCHES

// A packet that was read; only replies wait for their line.
struct rx_slot {
	struct frame frame;
	struct sip_reply reply;
	bool is_reply;
};

// Packets that are served together. Of what is no reply the text is not looked at.
struct rx_step {
	struct rx_slot slots[RX_STEP];
	struct branch_text texts[RX_STEP];
	struct branch branches[RX_STEP];
};

// Whose it says it is. Fetched before it is known to be true: the others are few.
static bool read_branch(struct hl_worker *w, const struct sip_reply *reply,
			struct branch_text *text)
{
	if (!branch_parse(reply->branch.at, reply->branch.len, text))
		return false;
	uint32_t i = branch_text_line(text) - w->first;
	if (i >= w->n)
		return false;
	__builtin_prefetch(&w->lines[i], 1);
	wheel_prefetch(w->wheel, i);
	if (reply->method == HL_REGISTER) {
		__builtin_prefetch(&w->cold[i], 1);
		__builtin_prefetch(&w->plan->table.identities[w->first + i]);
	}
	return true;
}

// An answer to a renewal: it comes to the address of a line.
static bool is_of_lease(struct hl_worker *w, const struct frame *f, const uint8_t *mac)
{
	return mac && w->port->n_leased > 0 && lease_hear(w, f, mac);
}

// mac: of who sent it on the link; NULL: it came by a stream.
static void read_sip(struct hl_worker *w, const struct transport *transport, const uint8_t *mac,
		     struct rx_slot *s, struct branch_text *text)
{
	const struct incoming in = { &s->frame, transport, mac };

	switch (reply_memory_scan(&w->replies, (const char *)s->frame.payload, s->frame.payload_len,
				  &s->reply)) {
	case SCAN_OK:
		s->is_reply = read_branch(w, &s->reply, text);
		if (!s->is_reply)
			drop_frame(w, HL_DROP_UNKNOWN_BRANCH, &s->frame);
		return;
	case SCAN_REQUEST:
		incoming_serve(w, &in);
		return;
	case SCAN_DECLINE:
		if (!is_of_lease(w, &s->frame, mac))
			decline_reply(w, &s->frame);
		return;
	case SCAN_KEEPALIVE:
		return;
	case SCAN_BAD:
		if (!is_of_lease(w, &s->frame, mac))
			drop_frame(w, HL_DROP_MALFORMED, &s->frame);
		return;
	}
}

static void serve_reply(struct hl_worker *w, const struct rx_slot *s, const struct branch *branch)
{
	enum hl_drop drop = HL_DROP_WRONG_SOURCE;

	w->frame = &s->frame;
	if (s->frame.link == worker_link_of(w, &w->lines[branch->line - w->first]))
		drop = reply_serve(w, branch, &s->frame.src, &s->frame.dst, &s->reply);
	if (drop != HL_DROP_NONE)
		drop_frame(w, drop, &s->frame);
}

// RFC 1122 3.3.6: a unicast datagram in a broadcast frame is not for us, and answering it invites
// storms.
static bool was_broadcast(const struct hl_packet *pkt)
{
	return frame_is_broadcast(pkt->data);
}

// One message by itself.
static void read_message(struct hl_worker *w, const struct transport *transport, const uint8_t *mac,
			 struct rx_slot *s)
{
	struct branch_text text;
	struct branch branch;

	read_sip(w, transport, mac, s, &text);
	if (!s->is_reply)
		return;
	if (reply_line(w, &s->reply, &branch))
		serve_reply(w, s, &branch);
	else
		drop_frame(w, HL_DROP_UNKNOWN_BRANCH, &s->frame);
	w->frame = NULL;
}

// What was put together is served at once: its bytes stay only until the next fragment.
static __attribute__((noinline)) void read_fragment(struct hl_worker *w,
						    const struct hl_packet *pkt,
						    const struct frame *f)
{
	struct rx_slot s = { .is_reply = false };

	if (fragment_serve(w, pkt, f, &s.frame))
		read_message(w, &transport_udp, frame_src_mac(pkt->data), &s);
}

void message_receive(struct hl_worker *w, const struct stream_message *message, struct hl_burst *tx,
		     uint64_t now_ns)
{
	struct rx_slot s = {
		.frame = {
			.src = message->src,
			.dst = message->dst,
			.payload = (const uint8_t *)message->text,
			.payload_len = message->len,
		},
	};
	uint16_t from = tx->n;

	quiescent_pass(w);
	w->tx = tx;
	clock_set(w, now_ns);
	pace_begin(w);
	read_message(w, message->transport, NULL, &s);
	write_burst_end(w, from);
}

// What comes by no network of ours is nothing to us, whatever is in it.
static void read_packet(struct hl_worker *w, const struct hl_packet *pkt, struct rx_slot *s,
			struct branch_text *text)
{
	s->is_reply = false;
	*text = (struct branch_text){ 0, 0 };
	count(&w->counters.rx_packets);
	count_add(&w->counters.rx_bytes, pkt->len);
	enum frame_kind kind = frame_read(pkt->data, pkt->len, pkt->flags, &s->frame);
	s->frame.link = worker_link(w, s->frame.vlan);
	if (s->frame.link == PLAN_NO_NETWORK) {
		drop_packet(w, HL_DROP_VLAN, pkt);
		return;
	}
	if (kind >= FRAME_ICMP && was_broadcast(pkt)) {
		if (kind == FRAME_UDP && lease_hear(w, &s->frame, frame_src_mac(pkt->data)))
			return;
		drop_frame(w, HL_DROP_NOT_OURS, &s->frame);
		return;
	}
	switch (kind) {
	case FRAME_UDP:
		read_sip(w, &transport_udp, frame_src_mac(pkt->data), s, text);
		return;
	case FRAME_ARP:
		address_arp(w, pkt, &s->frame);
		return;
	case FRAME_NDP:
		discovery_serve(w, pkt, &s->frame);
		return;
	case FRAME_ICMP:
		icmp_serve(w, pkt, &s->frame);
		return;
	case FRAME_BAD:
		drop_packet(w, HL_DROP_MALFORMED, pkt);
		return;
	case FRAME_FRAGMENT:
		read_fragment(w, pkt, &s->frame);
		return;
	case FRAME_BAD_CHECKSUM:
		drop_packet(w, HL_DROP_BAD_CHECKSUM, pkt);
		return;
	case FRAME_OTHER:
		drop_packet(w, HL_DROP_OTHER_PROTOCOL, pkt);
		return;
	case FRAME_TAGS:
		drop_packet(w, HL_DROP_VLAN, pkt);
		return;
	}
}

// An answer to a REGISTER is held against the texts of its line, a challenge against what is remembered.
static void fetch_texts(const struct hl_worker *w, const struct sip_reply *reply,
			const struct branch *branch)
{
	if (reply->method != HL_REGISTER)
		return;
	__builtin_prefetch(w->plan->table.identities[branch->line].text);
	if (reply->n_challenges > 0 || reply->auth_info.at)
		challenge_prefetch(w, branch->line - w->first, branch->server);
}

// Nobody believes a branch before its MAC was checked, all of a step at once.
static void serve_replies(struct hl_worker *w, struct rx_step *step, unsigned n)
{
	uint32_t ours = branches_verify(w->plan->keys[PLAN_KEY_BRANCH], step->texts, n,
					step->branches);

	for (unsigned k = 0; k < n; k++)
		if (ours >> k & 1 && step->slots[k].is_reply)
			fetch_texts(w, &step->slots[k].reply, &step->branches[k]);
	for (unsigned k = 0; k < n; k++) {
		const struct rx_slot *s = &step->slots[k];

		if (!s->is_reply)
			continue;
		if (!(ours >> k & 1)) {
			drop_frame(w, HL_DROP_UNKNOWN_BRANCH, &s->frame);
			continue;
		}
		serve_reply(w, s, &step->branches[k]);
	}
}

void hl_worker_rx(struct hl_worker *w, const struct hl_packet *pkts, uint16_t n,
		  struct hl_burst *tx, uint64_t now_ns)
{
	struct rx_step step;

	quiescent_pass(w);
	w->tx = tx;
	clock_set(w, now_ns);
	pace_begin(w);
	uint16_t from = tx->n;
	for (uint16_t at = 0; at < n; at += RX_STEP) {
		uint16_t some = n - at < RX_STEP ? n - at : RX_STEP;

		for (uint16_t k = 0; k < some; k++) { // 1: bytes -> line, which is on its way now
			if (at + k + 1 < n)
				frame_prefetch(&pkts[at + k + 1]);
			read_packet(w, &pkts[at + k], &step.slots[k], &step.texts[k]);
		}
		serve_replies(w, &step, some); // 2: the lines are here
	}
	write_burst_end(w, from);
}
