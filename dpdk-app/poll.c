// SPDX-License-Identifier: BSD-3-Clause
// The poll loop's round: mbufs become packets, the engine answers, packets become mbufs.
//
// Nothing here logs, allocates from the heap, or waits.

#include <errno.h>
#include <string.h>

#include <rte_ethdev.h>

#include "lane.h"
#include "timebase.h"

#define STALL_NS 200000000u // a device that takes nothing for so long has lost what waits for it

#define RX_GOOD_MASK (RTE_MBUF_F_RX_IP_CKSUM_MASK | RTE_MBUF_F_RX_L4_CKSUM_MASK)
#define RX_GOOD (RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD)
#define TX_CSUM (RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_UDP_CKSUM)

// One writer, so no read-modify-write is needed.
static void counter_add(_Atomic uint64_t *counter, uint64_t n)
{
	uint64_t old = atomic_load_explicit(counter, memory_order_relaxed);
	atomic_store_explicit(counter, old + n, memory_order_relaxed);
}

static void spare_describe(struct station *s, uint16_t from, uint16_t to)
{
	for (uint16_t i = from; i < to; i++)
		s->out[i].data = rte_pktmbuf_mtod(s->spare[i], uint8_t *);
}

// The first `used` spare buffers are gone: put new ones in their place, or close the gap.
static void spare_refill(struct station *s, uint16_t used)
{
	if (used > 0 && rte_pktmbuf_alloc_bulk(s->pool, s->spare, used) == 0) {
		spare_describe(s, 0, used);
	} else if (used > 0) {
		counter_add(&s->no_buffer, 1);
		s->n_spare = (uint16_t)(s->n_spare - used);
		memmove(s->spare, s->spare + used, s->n_spare * sizeof(*s->spare));
		spare_describe(s, 0, s->n_spare);
	}
	uint16_t missing = (uint16_t)(STATION_OUT - s->n_spare);
	if (missing > 0 && rte_pktmbuf_alloc_bulk(s->pool, s->spare + s->n_spare, missing) == 0) {
		spare_describe(s, s->n_spare, STATION_OUT);
		s->n_spare = STATION_OUT;
	}
}

// Frames that may be written now.
static uint16_t station_room(const struct station *s)
{
	return (uint16_t)RTE_MIN(s->n_spare, STATION_PENDING - s->n_pending);
}

static uint16_t station_receive(struct station *s, struct rte_mbuf **bufs)
{
	// A registrar answers what it receives: what it cannot answer now waits in the device, where
	// the sender feels it, instead of being copied twice, among answers that are held back.
	// A whole burst or nothing: small ones cost as much as large ones.
	if (s->kind == STATION_REGISTRAR && station_room(s) < HL_BURST_MAX)
		return 0;
	uint16_t n = rte_eth_rx_burst(s->port_id, s->queue, bufs, HL_BURST_MAX);

	if (!s->handoff)
		return n;
	n = handoff_sort(s->handoff, s->plan, s->index, bufs, n);
	return (uint16_t)(n + handoff_take(s->handoff, s->index, bufs + n, HL_BURST_MAX - n));
}

static void packet_describe(struct hl_packet *pkt, struct rte_mbuf *mbuf)
{
	pkt->data = rte_pktmbuf_mtod(mbuf, uint8_t *);
	pkt->len = rte_pktmbuf_data_len(mbuf); // of a chain the first part: too short, so malformed
	pkt->flags = (mbuf->ol_flags & RX_GOOD_MASK) == RX_GOOD ? HL_PACKET_CSUM_GOOD : 0;
}

static void pending_add(struct station *s, uint16_t n, uint64_t now_ns)
{
	if (s->n_pending == 0 && !s->stalled)
		s->progress_ns = now_ns; // it was idle, not stuck
	for (uint16_t i = 0; i < n; i++) {
		struct rte_mbuf *mbuf = s->spare[i];
		mbuf->data_len = s->out[i].len;
		mbuf->pkt_len = s->out[i].len;
		if (s->out[i].flags & HL_PACKET_CSUM_OFFLOAD) {
			mbuf->ol_flags |= TX_CSUM;
			mbuf->l2_len = RTE_ETHER_HDR_LEN;
			mbuf->l3_len = sizeof(struct rte_ipv4_hdr);
		}
		s->pending[(s->first_pending + s->n_pending++) % STATION_PENDING] = mbuf;
	}
}

static void pending_remove(struct station *s, uint32_t n)
{
	s->first_pending = (s->first_pending + n) % STATION_PENDING;
	s->n_pending -= n;
}

// Offer the device what waits, up to the ring's end. Returns how many it took.
static uint16_t pending_offer(struct station *s)
{
	struct rte_mbuf **at = &s->pending[s->first_pending];
	uint16_t n = (uint16_t)RTE_MIN(s->n_pending, STATION_PENDING - s->first_pending);

	if (s->tx_csum) {
		uint16_t fine = rte_eth_tx_prepare(s->port_id, s->queue, at, n);
		if (fine == 0) { // the device refuses this frame for good
			rte_pktmbuf_free(*at);
			pending_remove(s, 1);
			counter_add(&s->tx_dropped, 1);
			return 0;
		}
		n = fine;
	}
	uint16_t taken = rte_eth_tx_burst(s->port_id, s->queue, at, n);
	pending_remove(s, taken);
	return taken;
}

static void pending_drop(struct station *s)
{
	counter_add(&s->tx_dropped, s->n_pending);
	while (s->n_pending > 0) {
		rte_pktmbuf_free(s->pending[s->first_pending]);
		pending_remove(s, 1);
	}
}

// A full device is counted, for it may have been the limit, not the server. Rare, so it may cost.
static void full_note(struct station *s, uint64_t now_ns)
{
	if (s->n_pending == 0) {
		s->full_since_ns = 0;
		return;
	}
	counter_add(&s->tx_full, 1);
	if (s->full_since_ns == 0)
		s->full_since_ns = now_ns;
	if (now_ns - s->full_since_ns > atomic_load_explicit(&s->tx_full_ns, memory_order_relaxed))
		atomic_store_explicit(&s->tx_full_ns, now_ns - s->full_since_ns,
				      memory_order_relaxed);
}

// Send what the device takes; the rest waits. Once it has taken nothing for too long, frames are
// lost as on a cut wire: the engine must keep its time, and SIP repeats what matters.
static void pending_send(struct station *s, uint64_t now_ns)
{
	bool wraps = s->first_pending + s->n_pending > STATION_PENDING;
	uint16_t taken = pending_offer(s);

	if (wraps && s->first_pending == 0)
		taken = (uint16_t)(taken + pending_offer(s));
	if (taken > 0) {
		s->progress_ns = now_ns;
		s->stalled = false;
	} else if (s->stalled || now_ns - s->progress_ns >= STALL_NS) {
		s->stalled = true;
		pending_drop(s);
	}
	full_note(s, now_ns);
}

static void engine_call(struct station *s, const struct hl_packet *pkts, uint16_t n,
			struct hl_burst *tx, uint64_t now_ns)
{
	if (s->kind == STATION_WORKER) {
		if (n > 0)
			hl_worker_rx(s->worker, pkts, n, tx, now_ns);
		// Answers first: while a burst is full there are more, and what they wait here would
		// count as the server's time. No request leaves before they are read.
		if (n == HL_BURST_MAX && s->full_bursts++ < STATION_FULL_BURSTS)
			return;
		s->full_bursts = 0;
		hl_worker_tick(s->worker, tx, now_ns);
	} else {
		if (n > 0)
			hl_registrar_rx(s->registrar, pkts, n, tx, now_ns);
		hl_registrar_tick(s->registrar, tx, now_ns);
	}
}

unsigned station_poll(struct station *s)
{
	struct rte_mbuf *bufs[HL_BURST_MAX];
	struct hl_packet pkts[HL_BURST_MAX];
	uint16_t n = station_receive(s, bufs);
	uint64_t now_ns = RTE_MAX(timebase_ns(), s->last_ns); // processors may differ by a little

	s->last_ns = now_ns;
	for (uint16_t i = 0; i < n; i++)
		packet_describe(&pkts[i], bufs[i]);
	struct hl_burst tx = {
		.pkts = s->out,
		.cap = station_room(s),
	};
	engine_call(s, pkts, n, &tx, now_ns);
	if (n > 0)
		rte_pktmbuf_free_bulk(bufs, n);
	if (tx.n > 0)
		pending_add(s, tx.n, now_ns);
	if (tx.n > 0 || s->n_spare < STATION_OUT)
		spare_refill(s, tx.n);
	if (s->n_pending > 0)
		pending_send(s, now_ns);
	return (n > 0 ? POLL_RECEIVED : 0) | (tx.n > 0 ? POLL_SENT : 0);
}

uint64_t station_next_ns(const struct station *s, uint64_t now_ns)
{
	if (s->n_pending > 0 || s->n_spare < STATION_OUT)
		return now_ns;
	return s->kind == STATION_WORKER ? hl_worker_next(s->worker, now_ns)
					 : hl_registrar_next(s->registrar, now_ns);
}

int station_prepare(struct station *s, struct hl_error *err)
{
	spare_refill(s, 0);
	if (s->n_spare < STATION_OUT)
		return hl_fail(err, ENOMEM, "packet buffers: too few");
	return 0;
}

void station_release(struct station *s)
{
	rte_pktmbuf_free_bulk(s->spare, s->n_spare);
	for (uint32_t i = 0; i < s->n_pending; i++)
		rte_pktmbuf_free(s->pending[(s->first_pending + i) % STATION_PENDING]);
	s->n_spare = 0;
	s->n_pending = 0;
}
