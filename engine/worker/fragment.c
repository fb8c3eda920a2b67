// SPDX-License-Identifier: BSD-3-Clause
// Fragments that came in: put together, or counted by what is wrong with them.
#include "worker/fragment.h"

#include "base/count.h"
#include "net/frame.h"
#include "net/reassembly.h"
#include "worker/drop.h"

static enum hl_drop drop_of(enum reassembly_result result)
{
	switch (result) {
	case REASSEMBLY_BAD:
		return HL_DROP_MALFORMED;
	case REASSEMBLY_OVERLAP:
		return HL_DROP_FRAGMENT_OVERLAP;
	case REASSEMBLY_TOO_LONG:
		return HL_DROP_FRAGMENT_TOO_LONG;
	case REASSEMBLY_GIVEN_UP:
		return HL_DROP_FRAGMENT;
	case REASSEMBLY_WAITS:
	case REASSEMBLY_WHOLE:
		break;
	}
	return HL_DROP_NONE;
}

static void count_lost(struct hl_worker *w)
{
	if (w->reassembly->lost == 0)
		return;
	count_add(&w->counters.drops[HL_DROP_FRAGMENT], w->reassembly->lost);
	w->reassembly->lost = 0;
}

bool fragment_serve(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f,
		    struct frame *whole)
{
	const uint8_t *datagram;
	uint16_t len;

	if (f->protocol != IP_UDP) { // no echo and no error needs more than a frame
		drop_frame(w, HL_DROP_FRAGMENT, f);
		return false;
	}
	if (plan_address_find(&w->plan->directory, f->link, &f->dst.addr) < 0) {
		drop_frame(w, HL_DROP_NOT_OURS, f);
		return false;
	}
	const struct fragment fragment = {
		.ip = f->payload,
		.len = f->payload_len,
		.link = f->link,
		.header_len = f->header_len,
		.from_server = plan_server_known(&w->plan->directory, &f->src.addr),
	};
	enum reassembly_result result = reassembly_add(w->reassembly, &fragment, w->now_ns,
						       &datagram, &len);
	count_lost(w);
	if (drop_of(result) != HL_DROP_NONE)
		drop_frame(w, drop_of(result), f);
	if (result != REASSEMBLY_WHOLE)
		return false;
	// its checksum was not looked at by any device
	enum frame_kind kind = frame_read_datagram(datagram, len, f->payload, whole);
	whole->vlan = f->vlan;
	whole->link = f->link;
	switch (kind) {
	case FRAME_UDP:
		count(&w->counters.reassembled);
		return true;
	case FRAME_BAD_CHECKSUM:
		drop_packet(w, HL_DROP_BAD_CHECKSUM, pkt);
		return false;
	default:
		drop_packet(w, HL_DROP_MALFORMED, pkt);
		return false;
	}
}

void fragment_expire(struct hl_worker *w)
{
	if (w->now_ns < w->fragments_ns)
		return;
	w->fragments_ns = w->now_ns + REASSEMBLY_NS / 4;
	reassembly_expire(w->reassembly, w->now_ns);
	count_lost(w);
}
