// SPDX-License-Identifier: BSD-3-Clause
// One request as a frame: template copied and patched, credentials put in, headers in front.
#include "worker/write.h"

#include "base/hex.h"
#include "base/siphash.h"
#include "base/text.h"
#include "line/branch.h"
#include "net/path.h"
#include "worker/challenge.h"
#include "worker/dialog.h"
#include "worker/request.h"

#define CSEQ_LEN 10
#define EXPIRES_LEN 7

// Texts of the holes that are made for each request. Each is written by stores that cover the loads
// which will take it into the message: a load across two stores waits until both are in the cache.
struct hole_texts {
	alignas(16) char branch[BRANCH_TEXT_ROOM];
	char call_id[CALL_ID_LEN], cseq[TEXT_DECIMAL_ROOM], tag[TAG_LEN], cnonce[CNONCE_LEN],
		port[8];
	char expires[EXPIRES_LEN];
};

// The finalizer of MurmurHash3 (Appleby): one to one, so no two of the lines that share a hash share an
// id. It is no secret: who turns it round finds that hash, from which other Call-IDs of these lines
// follow, but no key.
static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 33) * 0xff51afd7ed558ccd;
	x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53;
	return x ^ x >> 33;
}

void write_ids(uint64_t id, char call_id[CALL_ID_LEN], char tag[TAG_LEN])
{
	text_put_hex64(call_id, id);
	text_put_hex32(tag, (uint32_t)(id >> 32) * 2654435761u ^ (uint32_t)id);
}

// Base64 (RFC 4648 4) of the upper 36 bits.
static void write_cnonce(char out[CNONCE_LEN], uint64_t bits)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (unsigned i = 0; i < CNONCE_LEN; i++, bits <<= 6)
		out[i] = digits[bits >> 58];
}

// Call-ID: one per line, server and boot, unless each registration is to be a full one; the From
// tag goes with it.
static void write_texts(struct hl_worker *w, uint32_t i, const struct request *r,
			const uint8_t widths[FIELDS], struct hole_texts *t)
{
	const struct branch branch = {
		.line = w->first + i,
		.generation = w->lines[i].generation,
		.kind = r->ops->kind,
		.server = r->server,
		.number = r->number,
	};
	// OPTIONS and queries are no registration: they keep the first
	uint64_t epoch = r->ops->text == PLAN_REGISTER ? w->cold[i].epochs[r->server]
						       : w->lines[i].generation;
	uint64_t id = mix(line_table_call_id(&w->plan->table, w->first + i) ^
			  (epoch << 33 | r->server));

	if (r->ops->dialog_id)
		id = r->ops->dialog_id(w, i);
	branch_write(w->plan->keys[PLAN_KEY_BRANCH], &branch, t->branch);
	write_ids(id, t->call_id, t->tag);
	text_put_decimal_wide(t->cseq, CSEQ_FIRST + r->number, CSEQ_LEN);
	text_put_decimal_short(t->port, w->lines[i].port, widths[FIELD_PORT]);
	if (r->ops->expires_s)
		text_put_padded(t->expires, r->ops->expires_s(w, i, r->server), EXPIRES_LEN);
	// new for each request, the same in its retransmissions, and not to be known before it is sent:
	// who chooses the nonce could have tables of responses ready (RFC 7616 5.9)
	if (r->with_auth)
		write_cnonce(t->cnonce,
			     siphash_u64(w->plan->keys[PLAN_KEY_CNONCE],
					 (uint64_t)worker_line_tag(w, i) << 32 | r->number));
}

static uint32_t write_credentials(struct hl_worker *w, uint32_t i, const struct request *r,
				  const struct hole_texts *t, char out[CREDENTIALS_MAX])
{
	const struct plan_domain *domain = worker_domain(w, &w->lines[i]);
	const struct credentials_for request = {
		.server = r->server,
		.uri = { domain->uri, domain->uri_len },
		.cnonce = { t->cnonce, sizeof(t->cnonce) },
		.ha2 = domain->ha2,
	};
	return challenge_credentials(w, i, &request, out);
}

enum write_result write_request(struct hl_worker *w, uint32_t i, const struct request *r)
{
	const struct transport *transport = w->constants->transport;
	const struct plan_endpoint *to = request_endpoint(w, i, r->ops, r->server);
	const struct line *l = &w->lines[i];
	struct outgoing out = outgoing_to(w, l, to);
	enum write_result opened = transport->open(w, &out);

	if (opened != WRITE_DONE)
		return opened;
	const struct plan_shape *shape = worker_shape(w, l);
	const struct template *text = &shape->text[r->server][r->ops->text];
	const struct plan_identity *id = &w->plan->table.identities[w->first + i];
	struct hole_texts t;
	char auth[CREDENTIALS_MAX];
	uint32_t auth_len = 0;

	write_texts(w, i, r, shape->widths, &t);
	if (r->with_auth && !r->ops->writes_credentials)
		auth_len = write_credentials(w, i, r, &t, auth);
	// The plan leaves room for usual nonces, and challenge_learn() refuses what does not fit. A
	// nextnonce may be longer than the one before: then the server says 401 again.
	if (text->len + auth_len > w->constants->message_room)
		auth_len = 0;
	const char *const values[FIELDS] = {
		[FIELD_USER] = id->text,
		[FIELD_DISPLAY] = id->text + id->user_len,
		[FIELD_IP] = w->plan->table.addresses[l->addr].text,
		[FIELD_PORT] = t.port,
		[FIELD_BRANCH] = t.branch,
		[FIELD_CALL_ID] = t.call_id,
		[FIELD_TAG] = t.tag,
		[FIELD_CSEQ] = t.cseq,
		[FIELD_EXPIRES] = t.expires,
		[FIELD_INSTANCE] = id->text - PLAN_INSTANCE_LEN,
	};
	uint32_t len = template_write(text, values, auth, auth_len, out.text);
	if (r->ops->finish) {
		const struct finish finish = {
			.request = r,
			.text = text,
			.auth_len = auth_len,
			.cnonce = { t.cnonce, sizeof(t.cnonce) },
			.out = out.text,
			.len = len,
		};
		len = r->ops->finish(w, i, &finish);
	}
	transport->send(w, &out, len);
	return WRITE_DONE;
}

void write_burst_end(struct hl_worker *w, uint16_t from)
{
	atomic_store_explicit(&w->unsettled, w->stopping + w->unregistering, memory_order_relaxed);
	if (!w->port->tx_csum_offload)
		path_finish_burst(w->tx, from);
}
