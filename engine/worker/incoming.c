// SPDX-License-Identifier: BSD-3-Clause
// Requests that come in on a line (FAILOVER.md section 6): the engine makes no calls, but it
// answers.
#include "worker/incoming.h"

#include "base/hex.h"
#include "base/count.h"
#include "base/siphash.h"
#include "net/frame.h"
#include "sip/respond.h"
#include "worker/drop.h"
#include "worker/flush.h"
#include "worker/slot.h"
#include "worker/subscription.h"

#define ALLOW "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, NOTIFY\r\n"
#define ALLOW_ACCEPT ALLOW "Accept: application/sdp\r\n"

static uint16_t status_by_method(enum hl_method method)
{
	switch (method) {
	case HL_OPTIONS:
	case HL_MESSAGE:
		return 200;
	case HL_INVITE:
		return 486; // no calls here: busy
	case HL_NOTIFY:     // of a subscription of ours: asked elsewhere
	case HL_BYE:
	case HL_CANCEL:
		return 481;
	default:
		return 501;
	}
}

static bool is_own_user(const struct hl_worker *w, uint32_t i, struct slice user)
{
	const struct plan_identity *id = &w->plan->table.identities[w->first + i];

	return user.len == id->user_len && memcmp(user.at, id->text, user.len) == 0;
}

static bool is_accepted_source(const struct plan_profile *p, const struct plan_server *servers,
			       const struct hl_addr *src)
{
	return !p->only_from_server || hl_addr_equal(src, &p->server_address) ||
	       plan_servers_have(servers, src, 0);
}

// RFC 3261 8.2: version, syntax, Request-URI, Require, method, in this order.
static uint16_t status_for(struct hl_worker *w, uint32_t i, const struct sip_request *r)
{
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);

	if (!r->version_ok)
		return 505;
	if (!r->complete)
		return 400;
	if (status_by_method(r->method) == 501)
		return 501;
	if (!r->uri_sip)
		return 416;
	if (p->check_user && r->uri_user.len && !is_own_user(w, i, r->uri_user))
		return 404;
	if (r->require.at && r->method != HL_CANCEL) // of a CANCEL it is ignored (8.2.2.3)
		return 420;
	if (r->method == HL_NOTIFY)
		return subscription_notify(w, i, r);
	return status_by_method(r->method);
}

static void answer(struct hl_worker *w, uint32_t i, const struct incoming *in,
		   const struct sip_request *r, bool accepted)
{
	const struct frame *f = in->frame;
	struct outgoing out = {
		.path = &plan_network_of(w->plan, w->lines[i].addr)->path,
		.ends = path_ends_back(f, in->mac),
		.address = w->lines[i].addr,
	};
	char tag[16], extra[256];
	bool maddr_refused;
	struct respond_spec spec = {
		.tag = tag,
		.tag_len = sizeof(tag),
		.received = &f->src,
	};

	if (in->transport->open(w, &out) != WRITE_DONE) { // the sender will say it again
		count(&w->counters.limits[HL_LIMIT_BURST_FULL]);
		return;
	}
	spec.status = accepted ? status_for(w, i, r) : 403;
	text_put_hex64(tag, siphash_u64(w->plan->keys[PLAN_KEY_TO_TAG], worker_line_tag(w, i)));
	if (spec.status == 420) { // also of OPTIONS
		spec.headers = extra;
		spec.headers_len = respond_unsupported(r->require, extra, sizeof(extra));
	} else if (spec.status == 501 || (spec.status == 200 && r->method == HL_OPTIONS)) {
		spec.headers = spec.status == 501 ? ALLOW : ALLOW_ACCEPT;
		spec.headers_len = (uint32_t)strlen(spec.headers);
	}
	uint32_t len = respond_write(r, &spec, out.text, in->transport->room(w->plan));
	if (len == 0) {
		drop_frame(w, HL_DROP_MALFORMED, f);
		return;
	}
	out.ends.dst_port = respond_port(r, &f->src, &maddr_refused);
	if (maddr_refused)
		count(&w->counters.maddr_refused);
	in->transport->send(w, &out, len);
	count(&w->counters.answered[spec.status / 100]);
}

void incoming_serve(struct hl_worker *w, const struct incoming *in)
{
	const struct frame *f = in->frame;
	struct sip_request r;
	int64_t found = slot_find(w, f->link, &f->dst);

	if (found < 0) {
		drop_frame(w, HL_DROP_NOT_OURS, f);
		return;
	}
	if (scan_request((const char *)f->payload, f->payload_len, &r) != SCAN_OK) {
		drop_frame(w, HL_DROP_MALFORMED, f);
		return;
	}
	uint32_t i = (uint32_t)found;
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);
	bool accepted = is_accepted_source(p, worker_servers(w, &w->lines[i]), &f->src.addr);

	count(&w->counters.incoming[r.method]);
	if (!accepted)
		drop_frame(w, HL_DROP_REQUEST_REFUSED, f);
	if (r.method == HL_ACK || (!accepted && p->drop_rejected))
		return;
	answer(w, i, in, &r, accepted);
	if (r.method == HL_NOTIFY && w->dialogs) // it may have moved a timer
		line_flush(w, i);
}
