// SPDX-License-Identifier: BSD-3-Clause
// The poll loop's round: mbufs become packets, the engine answers, packets become mbufs.
//
// Nothing here logs, allocates from the heap, or waits.

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_ether.h>

#include "base/counter.h"
#include "base/timebase.h"
#include "loop/queue_context.h"

#define STALL_NS 200000000u // frames for a device that has taken nothing for so long are dropped

#define RX_GOOD_MASK (RTE_MBUF_F_RX_IP_CKSUM_MASK | RTE_MBUF_F_RX_L4_CKSUM_MASK)
#define RX_GOOD (RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD)
#define TX_CSUM (RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_UDP_CKSUM)
#define TX_CSUM_IPV6 (RTE_MBUF_F_TX_IPV6 | RTE_MBUF_F_TX_UDP_CKSUM)

static_assert(QUEUE_PENDING <= TAP_OFFER_MAX, "all that wait may be offered at once");

static struct tap *queue_tap(const struct queue_context *q)
{
	return atomic_load_explicit(&q->tap, memory_order_acquire);
}

static void spare_describe(struct queue_context *q, uint16_t from, uint16_t to)
{
	for (uint16_t i = from; i < to; i++)
		q->out[i].data = rte_pktmbuf_mtod(q->spare[i], uint8_t *);
}

// The first `used` spare buffers are gone. Put new ones in their place, or close the gap.
static void spare_refill(struct queue_context *q, uint16_t used)
{
	if (used > 0 && rte_pktmbuf_alloc_bulk(q->pool, q->spare, used) == 0) {
		spare_describe(q, 0, used);
	} else if (used > 0) {
		counter_add(&q->no_buffer, 1);
		q->n_spare = (uint16_t)(q->n_spare - used);
		memmove(q->spare, q->spare + used, q->n_spare * sizeof(*q->spare));
		spare_describe(q, 0, q->n_spare);
	}
	uint16_t missing = (uint16_t)(QUEUE_OUT - q->n_spare);
	if (missing > 0 && rte_pktmbuf_alloc_bulk(q->pool, q->spare + q->n_spare, missing) == 0) {
		spare_describe(q, q->n_spare, QUEUE_OUT);
		q->n_spare = QUEUE_OUT;
	}
}

// Frames that may be written now.
static uint16_t queue_room(const struct queue_context *q)
{
	return (uint16_t)RTE_MIN(q->n_spare, QUEUE_PENDING - q->n_pending);
}

// No driver is asked to strip VLAN tags. One that does so all the same says what it took; without it the frame
// would be one of another network, so one that has no room for it is made empty, which is counted as malformed.
static void tags_restore(struct rte_mbuf **bufs, uint16_t n)
{
	for (uint16_t i = 0; i < n; i++) {
		if (likely(!(bufs[i]->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED)))
			continue;
		if (rte_vlan_insert(&bufs[i]) < 0)
			bufs[i]->data_len = 0;
	}
}

static uint16_t queue_receive(struct queue_context *q, struct rte_mbuf **bufs)
{
	// A registrar answers everything that it receives. What it cannot answer yet is better left
	// in the device, where the sender notices, than queued here behind delayed answers. It
	// reads full bursts only, since a small one costs as much as a large one.
	if (q->kind == QUEUE_REGISTRAR && queue_room(q) < HL_BURST_MAX)
		return 0;
	uint16_t n = rte_eth_rx_burst(q->port_id, q->queue_id, bufs, HL_BURST_MAX);

	tags_restore(bufs, n);

	if (!q->handoff)
		return n;
	n = handoff_sort(q->handoff, q->plan, q->index, bufs, n);
	return (uint16_t)(n + handoff_take(q->handoff, q->index, bufs + n, HL_BURST_MAX - n));
}

static void packet_describe(struct hl_packet *pkt, struct rte_mbuf *mbuf)
{
	pkt->data = rte_pktmbuf_mtod(mbuf, uint8_t *);
	pkt->len = rte_pktmbuf_data_len(
		mbuf); // of a chain only the first segment, which is too short and so malformed
	pkt->flags = (mbuf->ol_flags & RX_GOOD_MASK) == RX_GOOD ? HL_PACKET_CSUM_GOOD : 0;
	if ((mbuf->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_GOOD)
		pkt->flags |= HL_PACKET_UDP_GOOD; // of IPv6 some drivers say no more
}

static bool is_ipv6(const struct hl_packet *pkt)
{
	return pkt->data[pkt->l2_len] >> 4 == 6;
}

static void pending_add(struct queue_context *q, uint16_t n, uint64_t now_ns)
{
	if (q->n_pending == 0 && !q->stalled)
		q->progress_ns = now_ns; // it was idle and did not stall
	for (uint16_t i = 0; i < n; i++) {
		struct rte_mbuf *mbuf = q->spare[i];
		mbuf->data_len = q->out[i].len;
		mbuf->pkt_len = q->out[i].len;
		if (q->out[i].flags & HL_PACKET_CSUM_OFFLOAD) {
			mbuf->ol_flags |= is_ipv6(&q->out[i]) ? TX_CSUM_IPV6 : TX_CSUM;
			mbuf->l2_len = q->out[i].l2_len;
			mbuf->l3_len = q->out[i].l3_len;
		}
		q->pending[(q->first_pending + q->n_pending++) % QUEUE_PENDING] = mbuf;
	}
}

static void pending_remove(struct queue_context *q, uint32_t n)
{
	q->first_pending = (q->first_pending + n) % QUEUE_PENDING;
	q->n_pending -= n;
}

// Offer the device the waiting frames up to the ring's end. Returns how many it took.
static uint16_t pending_offer(struct queue_context *q, uint64_t now_ns)
{
	struct rte_mbuf **at = &q->pending[q->first_pending];
	uint16_t n = (uint16_t)RTE_MIN(q->n_pending, QUEUE_PENDING - q->first_pending);

	if (q->tx_csum) {
		uint16_t fine = rte_eth_tx_prepare(q->port_id, q->queue_id, at, n);
		if (fine == 0) { // the device will never take this frame
			rte_pktmbuf_free(*at);
			pending_remove(q, 1);
			counter_add(&q->tx_dropped, 1);
			return 0;
		}
		n = fine;
	}
	struct tap *tap = queue_tap(q);
	if (tap)
		tap_offer(tap, at, n, now_ns);
	uint16_t taken = rte_eth_tx_burst(q->port_id, q->queue_id, at, n);
	if (tap)
		tap_sent(tap, taken);
	pending_remove(q, taken);
	return taken;
}

static void pending_drop(struct queue_context *q)
{
	counter_add(&q->tx_dropped, q->n_pending);
	while (q->n_pending > 0) {
		rte_pktmbuf_free(q->pending[q->first_pending]);
		pending_remove(q, 1);
	}
}

// Count the times that the device was full: it, and not the server, may have been the limit. This
// is rare, so it may cost a little.
static void full_note(struct queue_context *q, uint64_t now_ns)
{
	if (q->n_pending == 0) {
		q->full_since_ns = 0;
		return;
	}
	counter_add(&q->tx_full, 1);
	if (q->full_since_ns == 0)
		q->full_since_ns = now_ns;
	if (now_ns - q->full_since_ns > counter_load(&q->tx_full_ns))
		atomic_store_explicit(&q->tx_full_ns, now_ns - q->full_since_ns,
				      memory_order_relaxed);
}

// Send what the device takes; the rest waits. When it has taken nothing for too long, frames are
// dropped as on a broken cable: the engine must keep its timing, and SIP retransmits what matters.
static void pending_send(struct queue_context *q, uint64_t now_ns)
{
	bool wraps = q->first_pending + q->n_pending > QUEUE_PENDING;
	uint16_t taken = pending_offer(q, now_ns);

	if (wraps && q->first_pending == 0)
		taken = (uint16_t)(taken + pending_offer(q, now_ns));
	if (taken > 0) {
		q->progress_ns = now_ns;
		q->stalled = false;
	} else if (q->stalled || now_ns - q->progress_ns >= STALL_NS) {
		q->stalled = true;
		pending_drop(q);
	}
	full_note(q, now_ns);
}

static void engine_call(struct queue_context *q, const struct hl_packet *pkts, uint16_t n,
			struct hl_burst *tx, uint64_t now_ns)
{
	if (q->kind == QUEUE_WORKER) {
		if (n > 0)
			hl_worker_rx(q->worker, pkts, n, tx, now_ns);
		// Answers first: after a full burst more of them are waiting, and the time they
		// wait here would be counted as the server's. So no request is sent before they are
		// read.
		if (n == HL_BURST_MAX && q->full_bursts++ < QUEUE_FULL_BURSTS)
			return;
		q->full_bursts = 0;
		hl_worker_tick(q->worker, tx, now_ns);
	} else {
		if (n > 0)
			hl_registrar_rx(q->registrar, pkts, n, tx, now_ns);
		hl_registrar_tick(q->registrar, tx, now_ns);
	}
}

unsigned queue_poll(struct queue_context *q)
{
	struct rte_mbuf *bufs[HL_BURST_MAX];
	struct hl_packet pkts[HL_BURST_MAX];
	uint16_t n = queue_receive(q, bufs);
	// The counters of two processors may differ slightly.
	uint64_t now_ns = RTE_MAX(timebase_ns(), q->last_ns);

	q->last_ns = now_ns;
	for (uint16_t i = 0; i < n; i++)
		packet_describe(&pkts[i], bufs[i]);
	struct tap *tap = queue_tap(q);
	if (tap && n > 0)
		tap_received(tap, bufs, n, now_ns);
	struct hl_burst tx = {
		.pkts = q->out,
		.cap = queue_room(q),
	};
	engine_call(q, pkts, n, &tx, now_ns);
	if (n > 0)
		rte_pktmbuf_free_bulk(bufs, n);
	if (tx.n > 0)
		pending_add(q, tx.n, now_ns);
	if (tx.n > 0 || q->n_spare < QUEUE_OUT)
		spare_refill(q, tx.n);
	if (q->n_pending > 0)
		pending_send(q, now_ns);
	return (n > 0 ? POLL_RECEIVED : 0) | (tx.n > 0 ? POLL_SENT : 0);
}

uint64_t queue_next_ns(const struct queue_context *q, uint64_t now_ns)
{
	if (q->n_pending > 0 || q->n_spare < QUEUE_OUT)
		return now_ns;
	return q->kind == QUEUE_WORKER ? hl_worker_next(q->worker, now_ns)
				       : hl_registrar_next(q->registrar, now_ns);
}

int queue_prepare(struct queue_context *q, struct hl_error *err)
{
	spare_refill(q, 0);
	if (q->n_spare < QUEUE_OUT)
		return hl_fail(err, ENOMEM, "packet buffers: too few");
	return 0;
}

void queue_release(struct queue_context *q)
{
	rte_pktmbuf_free_bulk(q->spare, q->n_spare);
	for (uint32_t i = 0; i < q->n_pending; i++)
		rte_pktmbuf_free(q->pending[(q->first_pending + i) % QUEUE_PENDING]);
	q->n_spare = 0;
	q->n_pending = 0;
}
