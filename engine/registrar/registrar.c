// SPDX-License-Identifier: BSD-3-Clause
// The registrar: frames in, answers out. It has no clock and no randomness of its own: the same calls
// give the same bytes.
#include "registrar/registrar.h"

#include <string.h>

#include "base/hex.h"
#include "base/count.h"
#include "base/siphash.h"
#include "net/arp.h"
#include "net/icmp.h"
#include "net/ndp.h"
#include "sip/respond.h"

#define DELAYED_PER_TICK 64

// The packet for the next frame; NULL: the burst is full.
static struct hl_packet *burst_room(const struct hl_burst *tx)
{
	return tx->n < tx->cap ? &tx->pkts[tx->n] : NULL;
}

// Compute the checksums of the packets from `from` on, while their bytes are in the cache.
static void burst_end(const struct hl_registrar *r, struct hl_burst *tx, uint16_t from)
{
	if (!r->csum_offload)
		path_finish_burst(tx, from);
}

static struct server *server_by_addr(struct hl_registrar *r, const struct hl_addr *addr)
{
	for (uint32_t i = 0; i < r->n_servers; i++) {
		if (hl_addr_equal(&r->servers[i].at.addr, addr))
			return &r->servers[i];
	}
	return NULL;
}

static struct server *server_by_endpoint(struct hl_registrar *r, const struct frame *f)
{
	for (uint32_t i = 0; i < r->n_servers; i++) {
		struct server *s = &r->servers[i];
		if (s->at.port == f->dst.port && hl_addr_equal(&s->at.addr, &f->dst.addr))
			return s;
	}
	return NULL;
}

static void arp_receive(struct hl_registrar *r, const struct frame *f, struct hl_burst *tx)
{
	struct arp arp;

	if (!arp_read(f->payload, f->payload_len, &arp)) {
		count(&r->servers[0].counters.malformed);
		return;
	}
	struct server *s = arp.request ? server_by_addr(r, &arp.target) : NULL;
	if (s == NULL)
		return;
	struct hl_packet *out = burst_room(tx);
	if (out == NULL) {
		count(&s->counters.full);
		return;
	}
	arp_write_reply(out, r->mac, &arp);
	tx->n++;
}

static void ndp_receive(struct hl_registrar *r, const struct hl_packet *pkt, const struct frame *f,
			struct hl_burst *tx)
{
	struct ndp ndp;
	enum ndp_kind kind = ndp_read(f, &ndp);

	if (kind == NDP_BAD)
		count(&r->servers[0].counters.malformed);
	struct server *s = kind == NDP_SOLICITATION ? server_by_addr(r, &ndp.target) : NULL;
	if (s == NULL)
		return;
	struct hl_packet *out = burst_room(tx);
	if (out == NULL) {
		count(&s->counters.full);
		return;
	}
	ndp_write_answer(out, r->mac, &ndp, pkt->data, f);
	tx->n++;
}

static void icmp_receive(struct hl_registrar *r, const struct hl_packet *pkt, const struct frame *f,
			 struct hl_burst *tx)
{
	struct server *s = server_by_addr(r, &f->dst.addr);
	struct icmp_quote quote;

	if (s == NULL || icmp_read(f, &quote) != ICMP_ECHO_REQUEST)
		return;
	struct hl_packet *out = burst_room(tx);
	if (out == NULL) {
		count(&s->counters.full);
		return;
	}
	icmp_write_echo_reply(out, pkt->data, f, r->csum_offload);
	tx->n++;
}

// A request that came in.
struct arrival {
	struct server *server; // the one it is for
	const struct hl_packet *pkt;
	const struct frame *frame; // of the packet
	const struct sip_request *request;
	uint64_t now_ns;
};

// The whole answer in a frame. False: it does not fit.
static bool answer_write(struct hl_registrar *r, const struct arrival *in,
			 const struct answer *answer, struct hl_packet *out)
{
	const struct frame *f = in->frame;
	const struct server *s = in->server;
	const struct sip_request *req = in->request;
	const struct path *path = f->dst.addr.family == HL_FAMILY_IPV6 ? &r->path_ipv6
								       : &r->path_ipv4;
	char tag[16];
	bool maddr_refused;
	const struct respond_spec spec = {
		.status = answer->status,
		.reason = answer->reason,
		.tag = tag,
		.tag_len = sizeof(tag),
		.received = &f->src,
		.headers = answer->headers != NULL ? answer->headers : r->headers,
		.headers_len = answer->headers_len,
	};

	// A retransmission gets the same tag, as a stateless server must do (RFC 3261 8.2.7).
	text_put_hex64(tag, siphash(s->tag_key, req->call_id.at, req->call_id.len));
	uint32_t len = respond_write(req, &spec, path_payload(path, out), path_room(path));
	if (len == 0)
		return false;

	struct path_ends ends = path_ends_back(f, frame_src_mac(in->pkt->data));

	ends.dst_port = respond_port(req, &f->src, &maddr_refused);
	if (maddr_refused)
		count(&in->server->counters.maddr_refused);
	// without checksums: the device computes them, or else burst_end()
	path_write_to(out, path, &ends, (uint16_t)len);
	return true;
}

static void answer_send(struct hl_registrar *r, const struct arrival *in,
			const struct answer *answer, struct hl_burst *tx)
{
	struct server *s = in->server;
	struct hl_packet held = { .data = r->scratch };
	struct hl_packet *out = s->delay_ns == 0 ? burst_room(tx) : NULL;
	bool at_once = out != NULL;

	if (!at_once)
		out = &held;
	if (!answer_write(r, in, answer, out) ||
	    (!at_once && !delay_push(&s->delayed, out, in->now_ns + s->delay_ns))) {
		count(&s->counters.full);
		return;
	}
	if (s->twice_ns > 0 && !delay_push(&s->again, out, in->now_ns + s->delay_ns + s->twice_ns))
		count(&s->counters.full);
	if (at_once)
		tx->n++;
	count(&s->counters.responses[answer->status / 100]);
}

// The same answer to every request.
static struct answer status_answer(struct hl_registrar *r, uint16_t status,
				   const struct sip_request *req)
{
	struct text_writer w = headers_begin(r);

	if (r->retry_after_s > 0) {
		writer_text(&w, "Retry-After: ");
		writer_number(&w, r->retry_after_s);
		writer_text(&w, "\r\n");
	}
	return headers_answer(r, &w, req->method != HL_ACK ? status : 0);
}

#define LIMIT_SHIFT 8
#define LIMIT_QUEUE_NS 50000000ull // what a server takes at once after a while without requests

// As a server that serves one request after the other: each is due an interval after the one before, and the queue
// is full when the next one would be due too late.
static bool limit_exceeded(struct server *s, uint64_t now_ns)
{
	const uint64_t now = now_ns << LIMIT_SHIFT;

	if (s->limit == 0)
		return false;
	if (s->limit_next < now)
		s->limit_next = now;
	if (s->limit_next - now > LIMIT_QUEUE_NS << LIMIT_SHIFT) {
		count(&s->counters.limited);
		return true;
	}
	s->limit_next += (1000000000ull << LIMIT_SHIFT) / s->limit;
	return false;
}

static void sip_receive(struct hl_registrar *r, const struct hl_packet *pkt, const struct frame *f,
			struct hl_burst *tx, uint64_t now_ns)
{
	struct server *s = server_by_endpoint(r, f);
	struct sip_request req;

	if (s == NULL)
		return;
	if (s->loss > 0 && rng_below(&s->rng, 10000) < s->loss) {
		count(&s->counters.lost);
		return;
	}
	enum scan_result scanned = request_memory_scan(&r->requests, (const char *)f->payload,
						       f->payload_len, &req);
	if (scanned == SCAN_KEEPALIVE)
		return;
	// Lines send nothing that needs the full parser; without a Via an answer has no destination.
	if (scanned != SCAN_OK || req.n_vias == 0) {
		count(&s->counters.malformed);
		return;
	}
	count(&s->counters.requests[req.method]);
	if (s->request_ns != 0)
		hist_add(&s->counters.gaps, (now_ns - s->request_ns) / 1000);
	s->request_ns = now_ns;
	if (s->mode == HL_FAULT_SILENT) {
		count(&s->counters.silent);
		return;
	}

	struct answer answer;
	if (s->mode == HL_FAULT_STATUS && (!s->register_only || req.method == HL_REGISTER))
		answer = status_answer(r, s->status, &req);
	else if (limit_exceeded(s, now_ns))
		answer = status_answer(r, 503, &req);
	else
		answer = request_answer(r, s, &req, now_ns);
	const struct arrival in = {
		.server = s,
		.pkt = pkt,
		.frame = f,
		.request = &req,
		.now_ns = now_ns,
	};
	if (answer.status != 0)
		answer_send(r, &in, &answer, tx);
}

void hl_registrar_rx(struct hl_registrar *r, const struct hl_packet *pkts, uint16_t n,
		     struct hl_burst *tx, uint64_t now_ns)
{
	const uint16_t from = tx->n;
	struct frame f;

	steps_run(r, now_ns);
	for (uint16_t i = 0; i < n; i++) {
		if (i + 1 < n)
			frame_prefetch(&pkts[i + 1]);
		enum frame_kind kind = frame_read(pkts[i].data, pkts[i].len, pkts[i].flags, &f);

		if (f.vlan != 0) // it is in no VLAN
			continue;
		switch (kind) {
		case FRAME_UDP:
			sip_receive(r, &pkts[i], &f, tx, now_ns);
			break;
		case FRAME_ARP:
			arp_receive(r, &f, tx);
			break;
		case FRAME_NDP:
			ndp_receive(r, &pkts[i], &f, tx);
			break;
		case FRAME_ICMP:
			icmp_receive(r, &pkts[i], &f, tx);
			break;
		case FRAME_FRAGMENT: // no request of a line is that long
		case FRAME_BAD:
		case FRAME_BAD_CHECKSUM: // its addresses cannot be trusted
			count(&r->servers[0].counters.malformed);
			break;
		case FRAME_OTHER:
		case FRAME_TAGS:
			break;
		}
	}
	burst_end(r, tx, from);
}

// Send delayed answers that are due; those of a server that fell silent meanwhile are dropped.
static void delayed_send(struct server *s, struct delay *delay, struct hl_burst *tx,
			 uint64_t now_ns)
{
	for (unsigned i = 0; i < DELAYED_PER_TICK && delay_next(delay) <= now_ns; i++) {
		struct hl_packet *out = burst_room(tx);

		if (s->mode == HL_FAULT_SILENT) {
			delay_pop(delay, NULL);
			count(&s->counters.silent);
			continue;
		}
		if (out == NULL)
			return;
		delay_pop(delay, out);
		tx->n++;
	}
}

void hl_registrar_tick(struct hl_registrar *r, struct hl_burst *tx, uint64_t now_ns)
{
	const uint16_t from = tx->n;

	steps_run(r, now_ns);
	for (uint32_t i = 0; i < r->n_servers; i++) {
		delayed_send(&r->servers[i], &r->servers[i].delayed, tx, now_ns);
		delayed_send(&r->servers[i], &r->servers[i].again, tx, now_ns);
		if (r->servers[i].bindings == &r->servers[i].store)
			bindings_sweep(r->servers[i].bindings, now_ns);
	}
	burst_end(r, tx, from);
}

uint64_t hl_registrar_next(const struct hl_registrar *r, uint64_t now_ns)
{
	uint64_t next = steps_next(r);

	for (uint32_t i = 0; i < r->n_servers; i++) {
		uint64_t due = delay_next(&r->servers[i].delayed);
		uint64_t again = delay_next(&r->servers[i].again);

		due = again < due ? again : due;
		next = due < next ? due : next;
	}
	return next > now_ns ? next : now_ns;
}

const struct hl_registrar_counters *hl_registrar_counters(const struct hl_registrar *r,
							  uint32_t server)
{
	return server < r->n_servers ? &r->servers[server].counters : NULL;
}
