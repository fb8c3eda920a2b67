// SPDX-License-Identifier: BSD-3-Clause
// One ring for each pair of workers: one producer, one consumer, so nobody ever waits for another.

#include "handoff.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_errno.h>
#include <rte_ring.h>

#define RING_FRAMES 512

struct handoff {
	unsigned n;
	struct rte_ring *rings[]; // [from * n + to]; NULL where from == to
};

int handoff_new(struct handoff **out, unsigned n, struct hl_error *err)
{
	struct handoff *h = calloc(1, sizeof(*h) + (size_t)n * n * sizeof(h->rings[0]));

	*out = NULL;
	if (!h)
		return hl_fail(err, ENOMEM, "hand-off between %u workers: no memory", n);
	h->n = n;
	for (unsigned i = 0; i < n * n; i++) {
		char name[RTE_RING_NAMESIZE];
		if (i / n == i % n)
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
	free(h);
}

uint16_t handoff_sort(struct handoff *h, const struct hl_plan *plan, unsigned me,
		      struct rte_mbuf **bufs, uint16_t n, uint64_t *lost)
{
	uint16_t own = 0;

	for (uint16_t i = 0; i < n; i++) {
		bool steered;
		unsigned owner = hl_plan_owner(plan, rte_pktmbuf_mtod(bufs[i], uint8_t *),
					       rte_pktmbuf_data_len(bufs[i]), &steered);
		if (owner == me || owner >= h->n) {
			bufs[own++] = bufs[i];
		} else if (rte_ring_sp_enqueue(h->rings[me * h->n + owner], bufs[i]) < 0) {
			rte_pktmbuf_free(bufs[i]);
			(*lost)++;
		}
	}
	return own;
}

uint16_t handoff_take(struct handoff *h, unsigned me, struct rte_mbuf **bufs, uint16_t max)
{
	uint16_t n = 0;

	for (unsigned from = 0; from < h->n && n < max; from++) {
		if (from == me)
			continue;
		n += (uint16_t)rte_ring_sc_dequeue_burst(h->rings[from * h->n + me],
							 (void **)&bufs[n], max - n, NULL);
	}
	return n;
}
