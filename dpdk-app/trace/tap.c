// SPDX-License-Identifier: BSD-3-Clause
// Nothing here logs, allocates or waits.

#include "trace/tap.h"

#include <assert.h>
#include <string.h>

#include <rte_mbuf.h>

#include <heartline/plan.h>

#include "base/counter.h"
#include "trace/record.h"

struct tap *tap_new(size_t bytes, const struct hl_plan *plan, uint32_t port,
		    const struct line_set *wanted)
{
	struct tap *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->plan = plan;
	t->port = (uint8_t)port;
	t->wanted = wanted;
	t->ring = byte_ring_new(bytes);
	if (t->ring) {
		byte_ring_touch(t->ring);
		return t;
	}
	free(t);
	return NULL;
}

void tap_free(struct tap *t)
{
	if (!t)
		return;
	byte_ring_free(t->ring);
	free(t);
}

// A fragment without ports may be of any line, so all of them are wanted.
static bool is_wanted(const struct tap *t, const struct rte_mbuf *mbuf, bool sent, uint32_t *line)
{
	*line = TRACE_NO_LINE;
	if (atomic_load_explicit(&t->wanted->all, memory_order_relaxed))
		return true;
	switch (hl_plan_frame_of(t->plan, t->port, rte_pktmbuf_mtod(mbuf, const uint8_t *),
				 rte_pktmbuf_data_len(mbuf), sent, line)) {
	case HL_FRAME_OF_LINE:
		return line_set_has(t->wanted, *line);
	case HL_FRAME_PART:
		return true;
	case HL_FRAME_OF_OTHER:
		break;
	}
	return false;
}

// Returns how many frames this added to the ring, or failed to add.
static bool frame_copy(struct tap *t, uint64_t *at, const struct rte_mbuf *mbuf,
		       const struct trace_record *record)
{
	uint8_t *to = byte_ring_reserve(t->ring, at, (uint32_t)sizeof(*record) + record->bytes);

	if (!to)
		return false;
	memcpy(to, record, sizeof(*record));
	memcpy(to + sizeof(*record), rte_pktmbuf_mtod(mbuf, const uint8_t *), record->bytes);
	return true;
}

static struct trace_record describe(const struct tap *t, const struct rte_mbuf *mbuf,
				    uint64_t now_ns, uint32_t line)
{
	return (struct trace_record){
		.at_ns = now_ns,
		.line = line,
		.port = t->port,
		.bytes = (uint16_t)RTE_MIN(rte_pktmbuf_data_len(mbuf), TAP_BYTES_MAX),
		.wire_bytes = (uint16_t)RTE_MIN(rte_pktmbuf_pkt_len(mbuf), (uint32_t)UINT16_MAX),
	};
}

void tap_received(struct tap *t, struct rte_mbuf *const bufs[], uint16_t n, uint64_t now_ns)
{
	uint64_t at = byte_ring_at(t->ring);
	uint16_t put = 0, lost = 0;
	uint32_t line;

	for (uint16_t i = 0; i < n; i++) {
		if (!is_wanted(t, bufs[i], false, &line))
			continue;
		const struct trace_record record = describe(t, bufs[i], now_ns, line);
		bool copied = frame_copy(t, &at, bufs[i], &record);
		put += copied;
		lost += !copied;
	}
	byte_ring_publish(t->ring, at);
	counter_add(&t->recorded, put);
	if (lost > 0)
		counter_add(&t->dropped, lost);
}

void tap_offer(struct tap *t, struct rte_mbuf *const bufs[], uint16_t n, uint64_t now_ns)
{
	uint64_t at = byte_ring_at(t->ring);
	uint16_t put = 0, lost = 0;
	uint32_t line;

	assert(n <= TAP_OFFER_MAX);
	for (uint16_t i = 0; i < n; i++) {
		if (is_wanted(t, bufs[i], true, &line)) {
			struct trace_record record = describe(t, bufs[i], now_ns, line);
			record.flags = TRACE_SENT;
			if (bufs[i]->ol_flags & RTE_MBUF_F_TX_IP_CKSUM) {
				record.flags |= TRACE_UNFINISHED;
				record.l2_len = (uint8_t)bufs[i]->l2_len;
				record.l3_len = (uint8_t)bufs[i]->l3_len;
			}
			bool copied = frame_copy(t, &at, bufs[i], &record);
			put += copied;
			lost += !copied;
		}
		t->at[i] = at;
		t->put[i] = put;
		t->lost[i] = lost;
	}
	t->n_offered = n;
}

void tap_sent(struct tap *t, uint16_t taken)
{
	if (taken == 0)
		return;
	assert(taken <= t->n_offered);
	byte_ring_publish(t->ring, t->at[taken - 1]);
	counter_add(&t->recorded, t->put[taken - 1]);
	if (t->lost[taken - 1] > 0)
		counter_add(&t->dropped, t->lost[taken - 1]);
}
