// SPDX-License-Identifier: BSD-3-Clause
// The Contacts of a 200 to REGISTER, and the public queries of bindings.
#include "registrar/registrar.h"

#include <string.h>

#include "sip/value.h"

#define REWRITTEN_HOST "203.0.113.9:1024" // where a NAT would show the client

static void contact_write(struct text_writer *w, struct slice uri, uint32_t expires_s)
{
	writer_text(w, "Contact: <");
	writer_slice(w, uri);
	writer_text(w, ">;expires=");
	writer_number(w, expires_s);
	writer_text(w, "\r\n");
}

// "sip:USER@HOST:PORT;PARAMS" with another host and port.
static void rewritten_write(struct text_writer *w, struct slice uri, uint32_t expires_s)
{
	const char *end = uri.at + uri.len;
	const char *at = memchr(uri.at, '@', uri.len);
	const char *host = at != NULL ? at + 1 : uri.at;
	const char *params = memchr(host, ';', (size_t)(end - host));

	if (at == NULL) {
		contact_write(w, uri, expires_s);
		return;
	}
	writer_text(w, "Contact: <");
	writer_bytes(w, uri.at, (uint32_t)(host - uri.at));
	writer_text(w, REWRITTEN_HOST);
	if (params != NULL)
		writer_bytes(w, params, (uint32_t)(end - params));
	writer_text(w, ">;expires=");
	writer_number(w, expires_s);
	writer_text(w, "\r\nExpires: ");
	writer_number(w, expires_s);
	writer_text(w, "\r\n");
}

// Step 8: list every live contact with the rest of its time.
struct answer bindings_list(struct registration *reg)
{
	struct hl_registrar *r = reg->r;
	struct text_writer w = headers_begin(r);
	struct binding_walk walk = { 0 };
	const struct binding *b;

	if (r->foreign_contacts)
		writer_text(&w, "Contact: \"Ann, <a>\" <sip:ann@198.51.100.1>;expires=1, "
				"<sip:6000@198.51.100.2:5060;hl=p>;q=0.1;expires=86400\r\n");
	for (uint32_t i = 0; reg->cut && i < reg->n; i++)
		contact_write(&w, reg->changes[i].uri, 0);
	while ((b = bindings_walk(reg->s->bindings, &walk, reg->aor, reg->now_ns)) != NULL) {
		struct slice uri = { b->contact, b->contact_len };

		if (!binding_live(b, reg->now_ns))
			continue;
		uint64_t left_s = (b->expires_ns - reg->now_ns + 999999999) / 1000000000;
		if (r->rewrite_contacts)
			rewritten_write(&w, uri, (uint32_t)left_s);
		else
			contact_write(&w, uri, (uint32_t)left_s);
	}
	if (w.full)
		return (struct answer){ .status = 500 };
	return headers_answer(r, &w, 200);
}

static bool holds(const struct binding *b, const char *text)
{
	uint32_t len = text != NULL ? (uint32_t)strlen(text) : 0;

	for (uint32_t at = 0; at + len <= b->contact_len; at++) {
		if (memcmp(b->contact + at, text != NULL ? text : "", len) == 0)
			return true;
	}
	return false;
}

uint32_t hl_registrar_contacts(const struct hl_registrar *r, uint32_t server, const char *aor,
			       const char *with, uint64_t now_ns)
{
	const char *host = strchr(aor, '@') + 1;
	uint64_t hash = aor_hash(r->hash_key, (struct slice){ aor, (uint32_t)(host - 1 - aor) },
				 (struct slice){ host, (uint32_t)strlen(host) });
	struct binding_walk walk = { 0 };
	const struct binding *b;
	uint32_t n = 0;

	if (server >= r->n_servers)
		return 0;
	// The walk changes nothing but the count of live bindings.
	while ((b = bindings_walk(r->servers[server].bindings, &walk, hash, now_ns)) != NULL)
		n += binding_live(b, now_ns) && holds(b, with);
	return n;
}

bool hl_registrar_bound(const struct hl_registrar *r, uint32_t server, const char *aor,
			uint64_t now_ns)
{
	return hl_registrar_contacts(r, server, aor, NULL, now_ns) > 0;
}
