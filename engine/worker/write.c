// SPDX-License-Identifier: BSD-3-Clause
// One request as a frame: template copied and patched, credentials put in, headers in front.
#include "base/siphash.h"
#include "base/text.h"
#include "worker/worker.h"

#define CALL_ID_LEN 16
#define TAG_LEN 8
#define CSEQ_LEN 10
#define EXPIRES_LEN 7

// Texts of the holes that are made for each request.
struct hole_texts {
	char branch[BRANCH_TEXT_LEN], call_id[CALL_ID_LEN], tag[TAG_LEN], cseq[CSEQ_LEN];
	char port[5], expires[EXPIRES_LEN], cnonce[8];
};

static enum plan_text text_of(enum request_kind kind)
{
	return kind == KIND_PROBE ? PLAN_OPTIONS : PLAN_REGISTER;
}

static uint32_t asked_expires(const struct hl_worker *w, uint32_t i, enum request_kind kind)
{
	if (kind == KIND_BYE)
		return 0; // RFC 3261 10.2.2
	uint32_t asked = w->cold[i].expires_s;
	return asked ? asked : worker_profile(w, &w->lines[i])->expires_s;
}

// Call-ID: one per line, server and boot; the From tag goes with it. Both are the line's for its
// life.
static void write_texts(struct hl_worker *w, uint32_t i, const struct request *r,
			const uint8_t widths[FIELDS], struct hole_texts *t)
{
	const struct branch branch = {
		.line = w->first + i,
		.kind = r->kind,
		.server = r->server,
		.number = r->number,
	};
	uint64_t id = siphash_u64(w->plan->options.boot_key,
				  ~((uint64_t)(w->first + i) << 1 | r->server));

	branch_write(w->plan->options.boot_key, &branch, t->branch);
	text_put_hex64(t->call_id, id);
	text_put_hex32(t->tag, (uint32_t)(id >> 32) * 2654435761u ^ (uint32_t)id);
	text_put_decimal(t->cseq, CSEQ_FIRST + r->number, CSEQ_LEN);
	text_put_decimal(t->port, w->lines[i].port, widths[FIELD_PORT]);
	if (r->kind != KIND_PROBE)
		text_put_padded(t->expires, asked_expires(w, i, r->kind), EXPIRES_LEN);
	// new for each request, the same in its retransmissions
	text_put_hex32(t->cnonce, (uint32_t)id ^ r->number * 2246822519u);
}

static uint32_t write_credentials(struct hl_worker *w, uint32_t i, const struct request *r,
				  const struct hole_texts *t, char out[AUTH_LINE_MAX])
{
	size_t at = (size_t)i * HL_SERVERS + r->server;
	const struct auth *auth = &w->auth[at];
	const struct plan_profile *p = worker_profile(w, &w->lines[i]);
	const struct plan_identity *id = &w->plan->identities[w->first + i];
	const struct auth_request request = {
		.account = { w->plan->arena + id->at + id->user_len + id->display_len,
			     id->account_len },
		.uri = { p->uri, p->uri_len },
		.cnonce = { t->cnonce, sizeof(t->cnonce) },
		.ha2_hex = p->server[r->server].ha2[auth->algorithm][auth->qop == DIGEST_AUTH_INT],
	};
	return auth_write(auth, &w->realms, w->long_texts + at * AUTH_TEXT_LONG, &request,
			  w->digest, out, AUTH_LINE_MAX);
}

static void send_frame(struct hl_worker *w, const struct line *l, const struct plan_server *server,
		       struct hl_packet *pkt, uint16_t payload_len)
{
	struct frame_route route;

	// Without a next hop the request is lost as on a dead link: its timers run all the same.
	if (!neigh_mac(&w->plan->neighbours.entries[server->neigh], route.dst_mac)) {
		count(&w->counters.unresolved);
		return;
	}
	memcpy(route.src_mac, w->plan->options.mac, 6);
	frame_write_udp(pkt, &route, &w->plan->addresses[l->addr].addr, l->port, &server->at.addr,
			server->at.port, payload_len, w->plan->options.tx_csum_offload);
	worker_sent(w);
}

bool worker_write(struct hl_worker *w, uint32_t i, const struct request *r)
{
	struct hl_packet *pkt = worker_buffer(w);
	if (!pkt)
		return false;
	const struct line *l = &w->lines[i];
	const struct plan_shape *shape = &w->plan->shapes[l->shape];
	const struct template *text = &shape->text[r->server][text_of(r->kind)];
	const struct plan_identity *id = &w->plan->identities[w->first + i];
	struct hole_texts t;
	char auth[AUTH_LINE_MAX];
	uint32_t auth_len = 0;

	write_texts(w, i, r, shape->widths, &t);
	if (r->with_auth)
		auth_len = write_credentials(w, i, r, &t, auth);
	if (FRAME_UDP_AT + text->len + auth_len > HL_FRAME_MAX)
		auth_len =
			0; // the plan leaves room for usual nonces; the server will say 401 again
	const char *const values[FIELDS] = {
		[FIELD_USER] = w->plan->arena + id->at,
		[FIELD_DISPLAY] = w->plan->arena + id->at + id->user_len,
		[FIELD_IP] = w->plan->addresses[l->addr].text,
		[FIELD_PORT] = t.port,
		[FIELD_BRANCH] = t.branch,
		[FIELD_CALL_ID] = t.call_id,
		[FIELD_TAG] = t.tag,
		[FIELD_CSEQ] = t.cseq,
		[FIELD_EXPIRES] = t.expires,
	};
	uint32_t len = template_write(text, values, auth, auth_len,
				      (char *)pkt->data + FRAME_UDP_AT);
	send_frame(w, l, &worker_profile(w, l)->server[r->server], pkt, (uint16_t)len);
	return true;
}
