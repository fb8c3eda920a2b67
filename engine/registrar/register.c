// SPDX-License-Identifier: BSD-3-Clause
// REGISTER: bindings made, refreshed, removed and listed (the steps of RFC 3261 10.3).
#include "registrar/registrar.h"

#include "base/count.h"
#include "base/siphash.h"
#include "sip/value.h"

#define EXPIRES_DEFAULT_S 3600 // when nothing, or nothing readable, is asked for (10.2.1.1)

static struct answer plain(uint16_t status, const char *reason)
{
	return (struct answer){ .status = status, .reason = reason };
}

static uint32_t contact_expires(const struct sip_request *req, const struct address *contact)
{
	struct slice value;
	uint32_t asked;

	if (param_find(contact->params, "expires", &value))
		return text_get_number(value.at, value.len, &asked) ? asked : EXPIRES_DEFAULT_S;
	return req->expires != SIP_NO_NUMBER ? req->expires : EXPIRES_DEFAULT_S;
}

static uint32_t granted(struct registration *reg, uint32_t asked_s)
{
	uint32_t most_s = reg->r->max_grant_s;

	if (reg->s->cut && reg->s->cut_s < most_s)
		most_s = reg->s->cut_s;
	reg->cut |= asked_s > 0 && most_s == 0;
	return asked_s < most_s ? asked_s : most_s;
}

// Steps 6 and 7, as far as they need no bindings. Status 0: go on.
static struct answer contacts_read(struct registration *reg)
{
	const struct sip_request *req = reg->req;
	const struct hl_registrar *r = reg->r;

	if (req->n_contacts == 1 && req->contacts[0].len == 1 && *req->contacts[0].at == '*') {
		reg->all = true;
		return req->expires == 0 ? plain(0, NULL) : plain(400, "Expires Must Be 0");
	}
	for (uint32_t i = 0; i < req->n_contacts; i++) {
		const char *at = req->contacts[i].at, *end = at + req->contacts[i].len;
		struct address contact;

		while (address_next(&at, end, &contact)) {
			uint32_t asked_s = contact_expires(req, &contact);
			struct address_uri uri;

			if (!address_uri_read(contact.uri, &uri))
				return plain(400, "Bad Contact");
			if (contact.uri.len > BINDING_CONTACT_MAX)
				return plain(400, "Contact Too Long");
			if (reg->n == BINDINGS_PER_AOR_MAX)
				return plain(400, "Too Many Contacts");
			if (asked_s > 0 && asked_s < r->min_expires_s)
				return plain(423, NULL);
			reg->changes[reg->n++] = (struct change){ contact.uri,
								  granted(reg, asked_s) };
		}
		if (at != end)
			return plain(400, "Bad Contact");
	}
	return plain(0, NULL);
}

// An older request of a client must not undo a newer one. An equal CSeq is a retransmission whose
// answer was lost.
static bool out_of_order(const struct registration *reg, const struct binding *b)
{
	return b->call_id == reg->call_id && reg->req->cseq < b->cseq;
}

// Step 7: make all changes or none. Status 0: go on.
static struct answer changes_check(struct registration *reg)
{
	struct bindings *table = reg->s->bindings;
	struct binding_walk walk = { 0 };
	uint32_t n_user = 0, n_new = 0;
	struct binding *b;

	while ((b = bindings_walk(table, &walk, reg->aor, reg->now_ns)) != NULL) {
		if (reg->all && out_of_order(reg, b))
			return plain(400, "CSeq Out of Order");
		n_user += binding_live(b, reg->now_ns);
	}
	for (uint32_t i = 0; i < reg->n; i++) {
		b = bindings_find(table, reg->aor, reg->changes[i].uri, reg->now_ns);
		if (b != NULL && out_of_order(reg, b))
			return plain(400, "CSeq Out of Order");
		if (reg->changes[i].grant_s > 0 && (b == NULL || !binding_live(b, reg->now_ns)))
			n_new++;
	}
	if (n_new == 0)
		return plain(0, NULL);
	if (n_user + n_new > BINDINGS_PER_AOR_MAX || !bindings_room(table, n_new, reg->now_ns)) {
		count(&reg->s->counters.full);
		return plain(500, "No Room for Bindings");
	}
	return plain(0, NULL);
}

static void binding_remove(struct registration *reg, struct binding *b)
{
	b->call_id = reg->call_id;
	b->cseq = reg->req->cseq;
	binding_end(reg->s->bindings, b, reg->now_ns);
}

static bool changes_make(struct registration *reg)
{
	struct bindings *table = reg->s->bindings;
	struct binding_walk walk = { 0 };
	struct binding *b;

	while (reg->all && (b = bindings_walk(table, &walk, reg->aor, reg->now_ns)) != NULL)
		binding_remove(reg, b);
	for (uint32_t i = 0; i < reg->n; i++) {
		const struct change *c = &reg->changes[i];

		if (c->grant_s == 0) {
			b = bindings_find(table, reg->aor, c->uri, reg->now_ns);
			if (b != NULL)
				binding_remove(reg, b);
			continue;
		}
		b = bindings_put(table, reg->aor, c->uri, reg->now_ns + c->grant_s * 1000000000ull,
				 reg->now_ns);
		if (b == NULL)
			return false;
		b->call_id = reg->call_id;
		b->cseq = reg->req->cseq;
	}
	return true;
}

static struct answer min_expires_answer(struct hl_registrar *r)
{
	struct text_writer w = headers_begin(r);

	writer_text(&w, "Min-Expires: ");
	writer_number(&w, r->min_expires_s);
	writer_text(&w, "\r\n");
	return headers_answer(r, &w, 423);
}

struct answer register_answer(struct hl_registrar *r, struct server *s,
			      const struct sip_request *req, uint64_t now_ns)
{
	struct registration reg = { .r = r, .s = s, .req = req, .now_ns = now_ns };
	struct answer answer;

	if (!credentials_pass(r, s, req, now_ns, &answer)) // steps 3, 4
		return answer;
	if (!req->to_sip) // only SIP URIs can be registered (10.3)
		return plain(400, "To Is No SIP URI");
	if (req->to_user.len == 0) // step 5
		return plain(404, NULL);
	reg.aor = aor_hash(r->hash_key, req->to_user, req->to_host);
	reg.call_id = siphash(r->hash_key, req->call_id.at, req->call_id.len);

	answer = contacts_read(&reg);
	if (answer.status == 423)
		return min_expires_answer(r);
	if (answer.status == 0)
		answer = changes_check(&reg);
	if (answer.status != 0)
		return answer;
	if (!changes_make(&reg)) {
		count(&s->counters.full);
		return plain(500, "No Room for Bindings");
	}
	return bindings_list(&reg);
}
