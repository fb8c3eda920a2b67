// SPDX-License-Identifier: BSD-3-Clause
// ICMP: ping for the lines' addresses, and what unreachables about their requests are worth.
//
// Anybody can send an ICMP error. What proves one is the branch in the quote of our own request, whose
// MAC only those on the way have seen, together with the server's own address as the source: that ends
// the request. Everything else that quotes a request which is out (a router's opinion, or a quote of the
// 8 bytes that RFC 792 asks for) only lets the next probe of P leave early, once for each request.
#include "worker/icmp.h"

#include "base/count.h"
#include "line/branch.h"
#include "net/frame.h"
#include "net/icmp.h"
#include "worker/burst.h"
#include "worker/driver.h"
#include "worker/drop.h"
#include "worker/flush.h"
#include "worker/kinds.h"
#include "worker/probe.h"
#include "worker/request.h"
#include "worker/slot.h"

enum {
	BRANCH_AT = 8, // behind ";branch="
};

static void echo_reply(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f,
		       uint32_t own)
{
	struct hl_packet *out = burst_buffer(w);

	if (!out) {
		count(&w->counters.limits[HL_LIMIT_BURST_FULL]);
		return;
	}
	icmp_write_echo_reply(out, pkt->data, f, w->port->tx_csum_offload);
	path_tag_frame(&plan_network_of(w->plan, own)->path, out);
	count(&w->counters.icmp_echoes);
	burst_sent(w);
}

static bool went_to(const struct hl_worker *w, uint32_t i, const struct request *r,
		    const struct icmp_quote *q)
{
	const struct plan_endpoint *to = request_endpoint(w, i, r->ops, r->server);

	return to && to->at.port == q->dst_port && hl_addr_equal(&to->at.addr, &q->dst);
}

// What a quote says of the branch, which stands in the second line of all our requests.
enum quoted {
	QUOTED_TOO_LITTLE, // it ends before
	QUOTED_NONE,       // that line has none, or not one of ours: no request of this run
	QUOTED_BRANCH,
};

static enum quoted quoted_branch(const struct hl_worker *w, const struct icmp_quote *q,
				 struct branch *branch)
{
	const char *text = (const char *)q->payload, *end = text + q->payload_len;
	const char *at = q->payload_len ? memchr(text, '\n', q->payload_len) : NULL;

	if (at == NULL)
		return QUOTED_TOO_LITTLE;
	for (at++; end - at >= BRANCH_AT + BRANCH_LEN; at++) {
		if (*at == '\r' || *at == '\n')
			return QUOTED_NONE;
		if (memcmp(at, ";branch=", BRANCH_AT) == 0)
			return branch_read(w->plan->keys[PLAN_KEY_BRANCH], at + BRANCH_AT,
					   BRANCH_LEN, branch)
				       ? QUOTED_BRANCH
				       : QUOTED_NONE;
	}
	return QUOTED_TOO_LITTLE;
}

// The same as the end of its time, but sooner. RFC 3263 4.3: a transport failure, try the next target.
static void fail(struct hl_worker *w, uint32_t i, const struct request *r)
{
	count(&w->counters.unreachable[r->ops->method]);
	r->ops->lost(w, i, HL_CODE_UNREACHABLE);
	driver_run(w, i);
}

// The latest request of a kind, when it has left and is unanswered.
static bool find_outstanding(const struct hl_worker *w, uint32_t i, enum request_kind kind,
			     struct request *r)
{
	const struct request_ops *ops = request_ops_of(w, i, request_kinds[kind]);
	const struct exchange *e = request_exchange(w, i, ops);

	if (!e || !exchange_has_left(e))
		return false;
	*r = request_describe(w, i, ops);
	return true;
}

// A quote that ends before the branch may be about any request that is out to that place. Of several, the
// latest one to P is taken.
static bool request_guessed(const struct hl_worker *w, uint32_t i, const struct icmp_quote *q,
			    struct request *found)
{
	struct request r;
	bool any = false;

	for (unsigned kind = 0; kind < REQUEST_KINDS; kind++) {
		if (!find_outstanding(w, i, kind, &r) || !went_to(w, i, &r, q))
			continue;
		if (!any || r.number > found->number)
			*found = r;
		any = true;
	}
	return any;
}

// What the error is worth: HL_DROP_NONE and a request, and whether the branch proves it.
static enum hl_drop judge(const struct hl_worker *w, uint32_t i, const struct frame *f,
			  const struct icmp_quote *q, struct request *r, bool *proven)
{
	struct branch branch;

	*proven = false;
	switch (quoted_branch(w, q, &branch)) {
	case QUOTED_NONE:
		return HL_DROP_ICMP_FORGED;
	case QUOTED_BRANCH:
		// an earlier one of the line, or of one before it, is out of date, however right its MAC
		if (branch.line != w->first + i || branch.generation != w->lines[i].generation ||
		    branch.kind >= REQUEST_KINDS || !find_outstanding(w, i, branch.kind, r) ||
		    branch.number != r->number || branch.server != r->server)
			return HL_DROP_ICMP_STALE;
		if (!went_to(w, i, r, q))
			return HL_DROP_ICMP_STRANGER;
		*proven = true;
		break;
	case QUOTED_TOO_LITTLE:
		if (!request_guessed(w, i, q, r))
			return HL_DROP_ICMP_STALE;
		break;
	}
	if (q->port_unreachable && !hl_addr_equal(&f->src.addr, &q->dst))
		return HL_DROP_ICMP_SOURCE;
	return HL_DROP_NONE;
}

static void unreachable(struct hl_worker *w, const struct frame *f, const struct icmp_quote *q)
{
	const struct hl_endpoint own = { .addr = q->src, .port = q->src_port };
	int64_t found = slot_find(w, f->link, &own);
	struct request r = { 0 };
	bool proven;

	if (found < 0 || !hl_addr_equal(&f->dst.addr, &q->src)) {
		drop_frame(w, HL_DROP_ICMP_STRANGER, f);
		return;
	}
	uint32_t i = (uint32_t)found;
	enum hl_drop drop = judge(w, i, f, q, &r, &proven);
	if (drop != HL_DROP_NONE) {
		drop_frame(w, drop, f);
		return;
	}
	if (proven && q->port_unreachable) {
		count(&w->counters.icmp_errors);
		fail(w, i, &r);
	} else {
		count(&w->counters.icmp_hints);
		probe_hint(w, i, &r);
	}
	line_flush(w, i);
}

static void ping(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f)
{
	int64_t own = plan_address_find(&w->plan->directory, f->link, &f->dst.addr);

	if (own >= 0)
		echo_reply(w, pkt, f, (uint32_t)own);
}

void icmp_serve(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f)
{
	struct icmp_quote quote;

	switch (icmp_read(f, &quote)) {
	case ICMP_ECHO_REQUEST:
		ping(w, pkt, f);
		return;
	case ICMP_UNREACHABLE:
		unreachable(w, f, &quote);
		return;
	case ICMP_BAD_QUOTE:
		drop_frame(w, HL_DROP_ICMP_QUOTE, f);
		return;
	case ICMP_OTHER:
		drop_frame(w, HL_DROP_ICMP_OTHER, f);
		return;
	}
}
