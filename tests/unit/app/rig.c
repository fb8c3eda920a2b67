// SPDX-License-Identifier: BSD-3-Clause
// The made-up engine and device: calls of the one are wrapped, the other is a row of rte_eth_fp_ops.

#include "rig.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mempool.h>

#include "base/timebase.h"

struct rig rig;

static struct rte_mempool *pool;

void __wrap_hl_worker_rx(struct hl_worker *w, const struct hl_packet *pkts, uint16_t n,
			 struct hl_burst *tx, uint64_t now_ns);
void __wrap_hl_worker_tick(struct hl_worker *w, struct hl_burst *tx, uint64_t now_ns);
void __wrap_hl_worker_rest(struct hl_worker *w);

void __wrap_hl_worker_rest(struct hl_worker *w)
{
	(void)w;
	atomic_fetch_add(&rig.rests, 1);
}

void __wrap_hl_worker_rx(struct hl_worker *w, const struct hl_packet *pkts, uint16_t n,
			 struct hl_burst *tx, uint64_t now_ns)
{
	(void)w, (void)tx, (void)now_ns;
	rig.read += n;
	rig.first_len = pkts[0].len;
	memcpy(rig.first, pkts[0].data, sizeof(rig.first));
}

void __wrap_hl_worker_tick(struct hl_worker *w, struct hl_burst *tx, uint64_t now_ns)
{
	(void)w;
	atomic_fetch_add(&rig.ticks, 1);
	rig.engine_ns = now_ns;
	for (; rig.wanted > 0 && tx->n < tx->cap; rig.wanted--) {
		struct hl_packet *pkt = &tx->pkts[tx->n++];
		memcpy(pkt->data, &rig.written, sizeof(rig.written));
		pkt->len = 64;
		pkt->flags = 0;
		rig.written++;
	}
}

static uint16_t device_receive(void *queue, struct rte_mbuf **bufs, uint16_t n)
{
	(void)queue;
	n = (uint16_t)RTE_MIN(n, rig.arriving);
	if (n == 0 || rte_pktmbuf_alloc_bulk(pool, bufs, n) != 0)
		return 0;
	for (uint16_t i = 0; i < n && rig.stripped; i++) {
		bufs[i]->ol_flags = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
		bufs[i]->vlan_tci = rig.stripped;
		bufs[i]->data_len = bufs[i]->pkt_len = 64;
		memset(rte_pktmbuf_mtod(bufs[i], void *), 0x55, 64);
	}
	rig.arriving -= n;
	return n;
}

static uint16_t device_send(void *queue, struct rte_mbuf **bufs, uint16_t n)
{
	uint16_t taken = (uint16_t)RTE_MIN(n, rig.room);

	(void)queue;
	atomic_fetch_add(&rig.sends, 1);
	if (atomic_load(&rig.hangs) && poll(NULL, 0, -1) < 0)
		return 0;
	for (uint16_t i = 0; i < taken; i++) {
		if (rig.n_sent < RIG_SENT)
			memcpy(&rig.sent[rig.n_sent++], rte_pktmbuf_mtod(bufs[i], void *), 4);
		rte_pktmbuf_free(bufs[i]);
	}
	return taken;
}

static void device_make(void)
{
	static void *none[RTE_MAX_QUEUES_PER_PORT];
	struct rte_eth_fp_ops *ops = &rte_eth_fp_ops[0];

	*ops = (struct rte_eth_fp_ops){
		.rx_pkt_burst = device_receive,
		.tx_pkt_burst = device_send,
		.rxq = { .data = none, .clbk = none },
		.txq = { .data = none, .clbk = none },
	};
}

void rig_make(unsigned n_buffers)
{
	static char words[][20] = {
		"unit-app",    "--no-huge",      "-m",         "64",          "--no-pci",
		"--no-shconf", "--no-telemetry", "--lcores=0", "--log-level", "*:emergency",
	};
	char *args[sizeof(words) / sizeof(*words) + 1];
	int n_args = 0;
	struct hl_error err = { 0 };

	for (; n_args < (int)(sizeof(words) / sizeof(*words)); n_args++)
		args[n_args] = words[n_args];
	args[n_args] = NULL;
	cr_assert_geq(rte_eal_init(n_args, args), 0);
	device_make();
	timebase = (struct timebase){ .ns = MS }; // stands still: time is what a test says
	pool = rte_pktmbuf_pool_create("rig", n_buffers, 0, 0, 256, SOCKET_ID_ANY);
	cr_assert_neq((void *)pool, NULL);
	rig.queue = aligned_alloc(64, RTE_ALIGN(sizeof(*rig.queue), 64));
	cr_assert_neq((void *)rig.queue, NULL);
	*rig.queue = (struct queue_context){ .kind = QUEUE_WORKER, .pool = pool };
	cr_assert_eq(queue_prepare(rig.queue, &err), 0, "%s", err.text);
}

void rig_poll(uint64_t now_ns)
{
	timebase.ns = now_ns;
	queue_poll(rig.queue);
}

unsigned rig_buffers(void)
{
	return rte_mempool_avail_count(pool);
}
