// SPDX-License-Identifier: BSD-3-Clause
// The lines' addresses on the wire: ARP, announcements, ping, and ICMP errors about our requests.
#include "net/arp.h"
#include "worker/worker.h"

#define ANNOUNCE_GAP_NS 50000 // gratuitous ARP: at most 20,000 a second

// Worker 0 owns the neighbours. What comes from our own addresses, reflected, is nobody's claim.
static void learn(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f,
		  const struct arp *arp)
{
	const struct neigh_heard heard = {
		.arp = arp,
		.eth_dst = pkt->data,
		.eth_src = pkt->data + 6,
		.own_mac = w->plan->options.mac,
		.for_us = addr_set_find(&w->plan->addr_set, &arp->target) >= 0,
	};

	switch (neigh_hear(&w->plan->neighbours, &heard, w->now_ns)) {
	case NEIGH_TAKEN:
		count(&w->counters.arp_replies);
		break;
	case NEIGH_REFUSED:
		worker_drop(w, HL_DROP_ARP_REFUSED, f);
		break;
	case NEIGH_CLAIM:
	case NEIGH_NOBODY:
		break;
	}
}

void worker_arp(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f)
{
	struct arp arp;
	struct hl_packet *out;

	if (!arp_read(f->payload, f->payload_len, &arp)) {
		worker_drop(w, HL_DROP_MALFORMED, f);
		return;
	}
	if (w->options.index == 0)
		learn(w, pkt, f, &arp);
	if (!arp.request || addr_set_find(&w->plan->addr_set, &arp.target) < 0)
		return;
	count(&w->counters.arp_requests);
	out = worker_buffer(w);
	if (!out) {
		count(&w->counters.limits[HL_LIMIT_BURST_FULL]);
		return;
	}
	arp_write_reply(out, w->plan->options.mac, &arp);
	worker_sent(w);
}

void worker_announce(struct hl_worker *w)
{
	struct hl_packet *out;

	if (w->announced >= w->plan->addr_set.total || w->now_ns < w->announce_ns)
		return;
	out = worker_buffer(w);
	if (!out)
		return;
	arp_write_gratuitous(out, w->plan->options.mac, &w->plan->addresses[w->announced++].addr);
	w->announce_ns = w->now_ns + ANNOUNCE_GAP_NS;
	worker_sent(w);
}

static void echo_reply(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f)
{
	struct hl_packet *out = worker_buffer(w);

	if (!out) {
		count(&w->counters.limits[HL_LIMIT_BURST_FULL]);
		return;
	}
	icmp_write_echo_reply(out, pkt->data, f, w->plan->options.tx_csum_offload);
	count(&w->counters.icmp_echoes);
	worker_sent(w);
}

static bool quotes_server(const struct hl_worker *w, uint32_t i, enum request_kind kind,
			  enum hl_server server, const struct icmp_quote *q)
{
	const struct plan_endpoint *to = worker_endpoint(w, i, kind, server);

	return to && to->at.port == q->dst_port && hl_addr_equal(&to->at.addr, &q->dst);
}

// An unreachable counts when it quotes our 5-tuple and a request to that server is unanswered.
static void unreachable(struct hl_worker *w, const struct frame *f, const struct icmp_quote *q)
{
	int64_t line = plan_find(w->plan, &q->src, q->src_port);

	if (line < w->first || line >= (int64_t)w->first + w->n) {
		worker_drop(w, HL_DROP_ICMP_REFUSED, f);
		return;
	}
	uint32_t i = (uint32_t)(line - w->first);
	struct line *l = &w->lines[i];
	enum hl_server probed = l->more & LINE_PROBE_B ? HL_SERVER_B : HL_SERVER_P;

	count(&w->counters.icmp_errors);
	if (l->flags & LINE_REG_OUT && l->reg_rtx != RTX_WAITS &&
	    quotes_server(w, i, KIND_REGISTER, l->reg_server, q)) {
		worker_abandon(w, i);
		if (!worker_register_next(w, i)) // RFC 3263 4.3: a transport failure
			worker_step(w, i, FO_FAILED, HL_CODE_UNREACHABLE);
	}
	if (l->flags & LINE_PROBE_OUT && l->probe_rtx != RTX_WAITS &&
	    quotes_server(w, i, KIND_PROBE, probed, q)) {
		worker_probe_ended(w, l);
		if (!worker_probe_next(w, i) && probed == HL_SERVER_P)
			worker_step(w, i, FO_PROBE_LOST, HL_CODE_UNREACHABLE);
	}
	if (w->streams && w->streams[i].flags & STREAM_KEEP_OUT &&
	    quotes_server(w, i, KIND_KEEP, w->streams[i].server, q))
		worker_keepalive_lost(w, i, HL_CODE_UNREACHABLE);
	worker_flush(w, i);
}

void worker_icmp(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f)
{
	struct icmp_quote quote;

	switch (icmp_read(f, &quote)) {
	case ICMP_ECHO_REQUEST:
		if (addr_set_find(&w->plan->addr_set, &f->dst) >= 0)
			echo_reply(w, pkt, f);
		return;
	case ICMP_UNREACHABLE:
		if (quote.code == 0 || quote.code == 1 || quote.code == 3) // net, host, port
			unreachable(w, f, &quote);
		else
			worker_drop(w, HL_DROP_ICMP_OTHER, f);
		return;
	case ICMP_OTHER:
		worker_drop(w, HL_DROP_ICMP_OTHER, f);
		return;
	}
}
