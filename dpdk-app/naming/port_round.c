// SPDX-License-Identifier: BSD-3-Clause
// One burst in and one out, by queue.

#include "naming/port_round.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#define ROOM 32 // frames that one round may write; what does not fit is sent again later

// No offload: the engine verifies and completes all checksums itself.
static void queue_round(const struct port *port, uint16_t queue, const struct port_caller *caller)
{
	struct rte_mbuf *in[HL_BURST_MAX], *out[ROOM];
	struct hl_packet pkts[HL_BURST_MAX], written[ROOM];
	struct hl_burst tx = { .pkts = written };
	uint16_t n = rte_eth_rx_burst(port->id, queue, in, HL_BURST_MAX), sent = 0;

	for (uint16_t i = 0; i < n; i++)
		pkts[i] = (struct hl_packet){ .data = rte_pktmbuf_mtod(in[i], uint8_t *),
					      .len = rte_pktmbuf_data_len(in[i]) };
	if (rte_pktmbuf_alloc_bulk(port->pool, out, ROOM) == 0)
		tx.cap = ROOM;
	for (uint16_t i = 0; i < tx.cap; i++)
		written[i].data = rte_pktmbuf_mtod(out[i], uint8_t *);
	caller->poll(caller->context, pkts, n, &tx);
	rte_pktmbuf_free_bulk(in, n);
	for (uint16_t i = 0; i < tx.n; i++)
		out[i]->pkt_len = out[i]->data_len = written[i].len;
	if (tx.n > 0)
		sent = rte_eth_tx_burst(port->id, queue, out, tx.n);
	if (tx.cap > 0)
		rte_pktmbuf_free_bulk(out + sent, ROOM - sent);
}

void port_round(const struct port *port, const struct port_caller *caller)
{
	for (uint16_t q = 0; q < port->n_queues; q++)
		queue_round(port, q, caller);
}
