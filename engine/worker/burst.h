// SPDX-License-Identifier: BSD-3-Clause
// The packets that the call under way sends.
#pragma once

#include "base/count.h"
#include "worker/worker.h"

// A free transmit buffer, or NULL; counted.
static inline struct hl_packet *burst_buffer(struct hl_worker *w)
{
	if (w->tx->n < w->tx->cap)
		return &w->tx->pkts[w->tx->n];
	return NULL;
}

// The buffer was written.
static inline void burst_sent(struct hl_worker *w)
{
	struct hl_packet *pkt = &w->tx->pkts[w->tx->n++];
	count(&w->counters.tx_packets);
	count_add(&w->counters.tx_bytes, pkt->len);
}
