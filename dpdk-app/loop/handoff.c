// SPDX-License-Identifier: BSD-3-Clause
// One ring for each ordered pair of workers. Each has a single producer and a single consumer, so
// no worker ever waits for another.

#include "loop/handoff.h"

#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>
#include <rte_errno.h>
#include <rte_ring.h>

#include "base/counter.h"

#define RING_FRAMES 512

// Writer: its worker.
struct tally {
	alignas(64) _Atomic uint64_t kept, passed, lost, arrived_home, arrived_elsewhere;
};

struct handoff {
	unsigned n;
	uint8_t *ports;           // by worker
	struct tally *tallies;    // likewise
	struct rte_ring *rings[]; // [from * n + to]; NULL where from == to, or on another port
};

int handoff_new(struct handoff **out, const struct hl_plan *plan, struct hl_error *err)
{
	const unsigned n = hl_plan_workers(plan);
	struct handoff *h = calloc(1, sizeof(*h) + (size_t)n * n * sizeof(h->rings[0]));

	*out = NULL;
	if (!h)
		return hl_fail(err, ENOMEM, "hand-off between %u workers: no memory", n);
	h->n = n;
	h->tallies = aligned_alloc(alignof(struct tally), n * sizeof(*h->tallies));
	h->ports = calloc(n, sizeof(*h->ports));
	if (!h->tallies || !h->ports) {
		handoff_free(h);
		return hl_fail(err, ENOMEM, "hand-off between %u workers: no memory", n);
	}
	memset(h->tallies, 0, n * sizeof(*h->tallies));
	for (unsigned i = 0; i < n; i++)
		h->ports[i] = (uint8_t)hl_plan_port(plan, i);
	for (unsigned i = 0; i < n * n; i++) {
		char name[RTE_RING_NAMESIZE];
		if (i / n == i % n || h->ports[i / n] != h->ports[i % n])
			continue;
		snprintf(name, sizeof(name), "handoff%u-%u", i / n, i % n);
		h->rings[i] = rte_ring_create(name, RING_FRAMES, (int)rte_socket_id(),
					      RING_F_SP_ENQ | RING_F_SC_DEQ);
		if (h->rings[i])
			continue;
		hl_fail(err, rte_errno, "hand-off between %u workers: no memory for rings", n);
		handoff_free(h);
		return -rte_errno;
	}
	*out = h;
	return 0;
}

void handoff_free(struct handoff *h)
{
	if (!h)
		return;
	for (unsigned i = 0; i < h->n * h->n; i++) {
		struct rte_mbuf *mbuf = NULL;
		while (h->rings[i] && rte_ring_sc_dequeue(h->rings[i], (void **)&mbuf) == 0)
			rte_pktmbuf_free(mbuf);
		rte_ring_free(h->rings[i]);
	}
	free(h->tallies);
	free(h->ports);
	free(h);
}

// A fragment without ports does not show whose line it is for, so every worker gets it and puts
// together what belongs to its own lines.
static void give_all(struct handoff *h, unsigned me, struct rte_mbuf *mbuf, uint16_t *lost)
{
	for (unsigned to = 0; to < h->n; to++) {
		if (!h->rings[me * h->n + to])
			continue;
		rte_mbuf_refcnt_update(mbuf, 1);
		if (rte_ring_sp_enqueue(h->rings[me * h->n + to], mbuf) < 0) {
			rte_mbuf_refcnt_update(mbuf, -1);
			(*lost)++;
		}
	}
}

uint16_t handoff_sort(struct handoff *h, const struct hl_plan *plan, unsigned me,
		      struct rte_mbuf **bufs, uint16_t n)
{
	uint16_t own = 0, lost = 0, arrived_home = 0, arrived_elsewhere = 0;

	for (uint16_t i = 0; i < n; i++) {
		bool steered;
		unsigned owner = hl_plan_owner(plan, h->ports[me],
					       rte_pktmbuf_mtod(bufs[i], uint8_t *),
					       rte_pktmbuf_data_len(bufs[i]), &steered);
		if (owner == HL_PLAN_EVERY)
			give_all(h, me, bufs[i], &lost);
		if (owner == me || owner >= h->n) {
			bufs[own++] = bufs[i];
			arrived_home += steered;
			continue;
		}
		arrived_elsewhere += steered &&
				     hl_plan_from_server(plan, h->ports[me],
							 rte_pktmbuf_mtod(bufs[i], uint8_t *),
							 rte_pktmbuf_data_len(bufs[i]));
		if (rte_ring_sp_enqueue(h->rings[me * h->n + owner], bufs[i]) < 0) {
			rte_pktmbuf_free(bufs[i]);
			lost++;
		}
	}
	if (n > 0) {
		struct tally *tally = &h->tallies[me];
		counter_add(&tally->kept, own);
		counter_add(&tally->passed, (uint64_t)n - own - lost);
		counter_add(&tally->lost, lost);
		counter_add(&tally->arrived_home, arrived_home);
		counter_add(&tally->arrived_elsewhere, arrived_elsewhere);
	}
	return own;
}

uint16_t handoff_take(struct handoff *h, unsigned me, struct rte_mbuf **bufs, uint16_t max)
{
	uint16_t n = 0;

	for (unsigned from = 0; from < h->n && n < max; from++) {
		if (!h->rings[from * h->n + me])
			continue;
		n += (uint16_t)rte_ring_sc_dequeue_burst(h->rings[from * h->n + me],
							 (void **)&bufs[n], max - n, NULL);
	}
	return n;
}

void handoff_count(const struct handoff *h, unsigned worker, struct handoff_counts *counts)
{
	*counts = (struct handoff_counts){ 0 };
	if (!h)
		return;
	const struct tally *t = &h->tallies[worker];
	counts->kept = counter_load(&t->kept);
	counts->passed = counter_load(&t->passed);
	counts->lost = counter_load(&t->lost);
	counts->arrived_home = counter_load(&t->arrived_home);
	counts->arrived_elsewhere = counter_load(&t->arrived_elsewhere);
}

void handoff_count_all(const struct handoff *h, struct handoff_counts *all)
{
	*all = (struct handoff_counts){ 0 };
	for (unsigned i = 0; h && i < h->n; i++) {
		struct handoff_counts of;
		handoff_count(h, i, &of);
		all->kept += of.kept;
		all->passed += of.passed;
		all->lost += of.lost;
		all->arrived_home += of.arrived_home;
		all->arrived_elsewhere += of.arrived_elsewhere;
	}
}
