// SPDX-License-Identifier: BSD-3-Clause
// The DHCP clients of a port among its worker's packets and timers. A line without its address sends nothing.
#include "worker/lease.h"

#include "base/count.h"
#include "dhcp/leases.h"

void lease_changed(void *context, uint32_t i, bool held)
{
	const struct plan_leased *leased = context;
	struct plan_address *own = &leased->addresses[i];

	atomic_store_explicit(&own->gone, !held, memory_order_relaxed);
	// lines of all workers of the port look whether they may send
	neigh_changed(leased->neighbours);
}

static void count_events(struct hl_worker *w)
{
	for (unsigned k = 0; k < HL_DHCP_EVENTS; k++) {
		uint64_t n = 0;

		for (uint32_t i = 0; i < w->port->n_leased; i++)
			n += w->port->leased[i].leases->counts[k];
		atomic_store_explicit(&w->counters.dhcp[k], n, memory_order_relaxed);
	}
}

static void sent_count(struct hl_worker *w, uint16_t from)
{
	for (uint16_t k = from; k < w->tx->n; k++) {
		count(&w->counters.tx_packets);
		count_add(&w->counters.tx_bytes, w->tx->pkts[k].len);
	}
}

void lease_serve(struct hl_worker *w)
{
	const uint16_t from = w->tx->n;
	uint64_t events = 0;

	for (uint32_t i = 0; i < w->port->n_leased; i++) {
		struct hl_leases *leases = w->port->leased[i].leases;

		leases_tick(leases, w->tx, w->now_ns);
		events += leases->n_events;
	}
	sent_count(w, from);
	if (events == w->lease_events)
		return;
	w->lease_events = events;
	count_events(w);
}

uint64_t lease_next(const struct hl_worker *w)
{
	uint64_t next = UINT64_MAX;

	for (uint32_t i = 0; i < w->port->n_leased; i++) {
		const uint64_t of = leases_next(w->port->leased[i].leases);

		if (of < next)
			next = of;
	}
	return next;
}

static struct hl_leases *of_link(const struct hl_worker *w, uint16_t link)
{
	for (uint32_t i = 0; w->leads && i < w->port->n_leased; i++)
		if (w->plan->directory.networks[w->port->leased[i].network].link == link)
			return w->port->leased[i].leases;
	return NULL;
}

bool lease_hear(struct hl_worker *w, const struct frame *f, const uint8_t *mac)
{
	struct hl_leases *leases = of_link(w, f->link);
	const uint16_t from = w->tx->n;

	if (leases == NULL || !leases_hear(leases, f, mac, w->tx, w->now_ns))
		return false;
	sent_count(w, from);
	return true;
}

void lease_hear_arp(struct hl_worker *w, const struct frame *f)
{
	struct hl_leases *leases = of_link(w, f->link);

	if (leases != NULL)
		leases_hear_arp(leases, f, w->now_ns);
}
