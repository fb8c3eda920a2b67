// SPDX-License-Identifier: BSD-3-Clause
// What was received without effect: counted by reason, the first of each reason kept to be shown.
#include "worker/drop.h"

#include "base/count.h"
#include "net/frame.h"

// Written once and then left alone, so whoever sees `known` may read the rest at any time.
static void keep_example(struct hl_example *e, uint64_t now_ns, const struct hl_endpoint *src,
			 const void *bytes, uint32_t len)
{
	if (atomic_load_explicit(&e->known, memory_order_relaxed))
		return;
	e->at_ns = now_ns;
	if (src)
		e->src = *src;
	e->len = len < HL_EXAMPLE_BYTES ? len : HL_EXAMPLE_BYTES;
	memcpy(e->bytes, bytes, e->len);
	atomic_store_explicit(&e->known, 1, memory_order_release);
}

void drop_text(struct hl_worker *w, enum hl_drop reason, uint64_t at_ns,
	       const struct hl_endpoint *src, const void *text, uint32_t len)
{
	count(&w->counters.drops[reason]);
	keep_example(&w->examples[reason], at_ns, src, len ? text : "", len);
}

void drop_frame(struct hl_worker *w, enum hl_drop reason, const struct frame *f)
{
	drop_text(w, reason, w->now_ns, &f->src, f->payload, f->payload_len);
}

// Its headers may be wrong, but where it says that it comes from is worth showing.
void drop_packet(struct hl_worker *w, enum hl_drop reason, const struct hl_packet *pkt)
{
	const struct hl_endpoint src = { .addr = frame_source(pkt->data, pkt->len) };

	drop_text(w, reason, w->now_ns, &src, pkt->data, pkt->len);
}

const struct hl_example *hl_worker_example(const struct hl_worker *w, enum hl_drop reason)
{
	const struct hl_example *e = &w->examples[reason];

	return atomic_load_explicit((_Atomic uint32_t *)&e->known, memory_order_acquire) ? e : NULL;
}
