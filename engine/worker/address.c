// SPDX-License-Identifier: BSD-3-Clause
// The lines' addresses on the wire: ARP and announcements.
#include "worker/address.h"

#include "base/count.h"
#include "net/arp.h"
#include "net/frame.h"
#include "worker/burst.h"
#include "worker/drop.h"

#define ANNOUNCE_GAP_NS 50000 // gratuitous ARP: at most 20,000 a second

// Worker 0 owns the neighbours. What comes from our own addresses, reflected, is nobody's claim.
static void learn(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f,
		  const struct arp *arp)
{
	const struct neigh_heard heard = {
		.arp = arp,
		.eth_dst = frame_dst_mac(pkt->data),
		.eth_src = frame_src_mac(pkt->data),
		.own_mac = w->plan->options.mac,
		.for_us = addr_set_find(&w->plan->table.addr_set, &arp->target) >= 0,
	};

	switch (neigh_hear(&w->plan->directory.neighbours, &heard, w->now_ns)) {
	case NEIGH_TAKEN:
		count(&w->counters.arp_replies);
		break;
	case NEIGH_REFUSED:
		drop_frame(w, HL_DROP_ARP_REFUSED, f);
		break;
	case NEIGH_CLAIM:
	case NEIGH_NOBODY:
		break;
	}
}

void address_arp(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f)
{
	struct arp arp;
	struct hl_packet *out;

	if (!arp_read(f->payload, f->payload_len, &arp)) {
		drop_frame(w, HL_DROP_MALFORMED, f);
		return;
	}
	if (w->options.index == 0)
		learn(w, pkt, f, &arp);
	if (!arp.request || addr_set_find(&w->plan->table.addr_set, &arp.target) < 0)
		return;
	count(&w->counters.arp_requests);
	out = burst_buffer(w);
	if (!out) {
		count(&w->counters.limits[HL_LIMIT_BURST_FULL]);
		return;
	}
	arp_write_reply(out, w->plan->options.mac, &arp);
	burst_sent(w);
}

void address_announce(struct hl_worker *w)
{
	struct hl_packet *out;

	if (w->announced >= w->plan->table.addr_set.total || w->now_ns < w->announce_ns)
		return;
	out = burst_buffer(w);
	if (!out)
		return;
	arp_write_gratuitous(out, w->plan->options.mac,
			     &w->plan->table.addresses[w->announced++].addr);
	w->announce_ns = w->now_ns + ANNOUNCE_GAP_NS;
	burst_sent(w);
}
