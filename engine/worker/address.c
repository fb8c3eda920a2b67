// SPDX-License-Identifier: BSD-3-Clause
// The lines' addresses on the wire: ARP, and announcements of both families.
#include "worker/address.h"

#include "base/count.h"
#include "net/arp.h"
#include "net/frame.h"
#include "net/ndp.h"
#include "worker/burst.h"
#include "worker/drop.h"
#include "worker/lease.h"

#define ANNOUNCE_GAP_NS 50000 // at most 20,000 a second

// The first worker of a port owns its neighbours. What comes from our own addresses, reflected, is nobody's claim.
static void learn(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f,
		  const struct arp *arp)
{
	const struct neigh_heard heard = {
		.sender = &arp->sender,
		.mac = arp->sender_mac,
		.eth_dst = frame_dst_mac(pkt->data),
		.eth_src = frame_src_mac(pkt->data),
		.link = f->link,
		.request = arp->request,
		.gratuitous = hl_addr_equal(&arp->sender, &arp->target),
		.for_us = plan_address_find(&w->plan->directory, f->link, &arp->target) >= 0,
	};

	switch (neigh_hear(w->neighbours, &heard, w->now_ns)) {
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
	if (w->leads) {
		learn(w, pkt, f, &arp);
		lease_hear_arp(w, f);
	}
	if (!arp.request)
		return;
	int64_t own = plan_address_find(&w->plan->directory, f->link, &arp.target);
	if (own < 0)
		return;
	count(&w->counters.arp_requests);
	out = burst_buffer(w);
	if (!out) {
		count(&w->counters.limits[HL_LIMIT_BURST_FULL]);
		return;
	}
	const struct plan_network *network = plan_network_of(w->plan, (uint32_t)own);
	uint8_t mac[6];

	plan_network_mac(network, (uint32_t)own, mac);
	arp_write_reply(out, mac, &arp);
	path_tag_frame(&network->path, out);
	burst_sent(w);
}

// The next own address on this worker's port, over networks of other ports.
static uint32_t next_own(const struct hl_worker *w)
{
	uint32_t own = w->announced;

	while (own < w->plan->table.n_addresses) {
		const struct plan_network *network = plan_network_of(w->plan, own);

		if (&w->plan->directory.ports[network->port] == w->port)
			break;
		own = network->first_address + network->addresses.total;
	}
	return own;
}

void address_announce(struct hl_worker *w)
{
	struct hl_packet *out;

	uint32_t own = next_own(w);

	if (own >= w->plan->table.n_addresses || w->now_ns < w->announce_ns)
		return;
	out = burst_buffer(w);
	if (!out)
		return;
	const struct plan_network *network = plan_network_of(w->plan, own);
	const struct hl_addr *addr = &w->plan->table.addresses[own].addr;
	uint8_t mac[6];

	plan_network_mac(network, own, mac);
	if (addr->family == HL_FAMILY_IPV6)
		ndp_write_announcement(out, mac, addr);
	else
		arp_write_gratuitous(out, mac, addr);
	path_tag_frame(&network->path, out);
	w->announced = own + 1;
	w->announce_ns = w->now_ns + ANNOUNCE_GAP_NS;
	burst_sent(w);
}
