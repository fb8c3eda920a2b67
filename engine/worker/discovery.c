// SPDX-License-Identifier: BSD-3-Clause
// The lines' addresses on the wire, over IPv6: what ARP is over IPv4 (address.c).
#include "worker/discovery.h"

#include "base/count.h"
#include "net/ndp.h"
#include "worker/burst.h"
#include "worker/drop.h"

static bool is_ours(const struct hl_worker *w, const struct frame *f, const struct hl_addr *addr)
{
	return plan_address_find(&w->plan->directory, f->link, addr) >= 0;
}

static void hear(struct hl_worker *w, const struct frame *f, const struct neigh_heard *heard)
{
	switch (neigh_hear(w->neighbours, heard, w->now_ns)) {
	case NEIGH_TAKEN:
		count(&w->counters.ndp_advertisements);
		break;
	case NEIGH_REFUSED:
		drop_frame(w, HL_DROP_NDP_REFUSED, f);
		break;
	case NEIGH_CLAIM:
	case NEIGH_NOBODY:
		break;
	}
}

// Worker 0 owns the neighbours. A question tells where its asker is, an advertisement where its target is.
static void learn(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f,
		  const struct ndp *m, bool asks)
{
	const struct neigh_heard heard = {
		.sender = asks ? &f->src.addr : &m->target,
		.mac = m->has_mac ? m->mac : NULL,
		.eth_dst = frame_dst_mac(pkt->data),
		.eth_src = frame_src_mac(pkt->data),
		.link = f->link,
		.request = asks,
		.gratuitous = !asks && !m->solicited,
		.for_us = asks ? is_ours(w, f, &m->target)
			       : m->solicited && is_ours(w, f, &f->dst.addr),
		.yields = !asks && !m->overrides,
	};

	hear(w, f, &heard);
}

static void answer(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f,
		   const struct ndp *asked, uint32_t own)
{
	const struct plan_network *network = plan_network_of(w->plan, own);
	struct hl_packet *out = burst_buffer(w);
	uint8_t mac[6];

	count(&w->counters.ndp_solicitations);
	if (!out) {
		count(&w->counters.limits[HL_LIMIT_BURST_FULL]);
		return;
	}
	plan_network_mac(network, own, mac);
	ndp_write_answer(out, mac, asked, pkt->data, f);
	path_tag_frame(&network->path, out);
	burst_sent(w);
}

void discovery_serve(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f)
{
	int64_t own;
	struct ndp m;

	switch (ndp_read(f, &m)) {
	case NDP_SOLICITATION:
		if (w->leads && !m.detects_duplicate)
			learn(w, pkt, f, &m, true);
		own = plan_address_find(&w->plan->directory, f->link, &m.target);
		if (own >= 0 && !is_ours(w, f, &f->src.addr))
			answer(w, pkt, f, &m, (uint32_t)own);
		return;
	case NDP_ADVERTISEMENT:
		if (w->leads)
			learn(w, pkt, f, &m, false);
		return;
	case NDP_BAD:
		drop_frame(w, HL_DROP_MALFORMED, f);
		return;
	case NDP_OTHER:
		return;
	}
}
