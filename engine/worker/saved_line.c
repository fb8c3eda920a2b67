// SPDX-License-Identifier: BSD-3-Clause
// The bytes of a line: one walk over its members that either writes or reads, so that both agree. Numbers have
// the byte order of the machine: state does not travel.
#include "worker/saved_line.h"

#include <string.h>

#include "base/siphash.h"
#include "sip/digest.h"

struct walk {
	uint8_t *at;
	uint32_t left;
	bool reads, failed;
};

static void pass(struct walk *w, void *member, uint32_t n)
{
	if (w->failed || n > w->left) {
		w->failed = true;
		return;
	}
	memcpy(w->reads ? member : w->at, w->reads ? w->at : member, n);
	w->at += n;
	w->left -= n;
}

#define PASS(WALK, MEMBER) pass(WALK, &(MEMBER), sizeof(MEMBER))

static void pass_endpoint(struct walk *w, struct hl_endpoint *at)
{
	PASS(w, at->addr.family);
	PASS(w, at->port);
	switch (at->addr.family) {
	case HL_FAMILY_NONE:
		break;
	case HL_FAMILY_IPV4:
		pass(w, at->addr.bytes, 4);
		break;
	case HL_FAMILY_IPV6:
		pass(w, at->addr.bytes, 16);
		break;
	default:
		w->failed = true;
	}
}

static void pass_text(struct walk *w, struct slice *text)
{
	uint16_t len = (uint16_t)text->len;

	PASS(w, len);
	if (w->failed || len > w->left) {
		w->failed = true;
		return;
	}
	if (w->reads)
		*text = (struct slice){ (const char *)w->at, len };
	else if (len > 0)
		memcpy(w->at, text->at, len);
	w->at += len;
	w->left -= len;
}

static void pass_challenge(struct walk *w, struct saved_challenge *c)
{
	uint8_t has_opaque = c->opaque.at != NULL;

	PASS(w, c->server);
	PASS(w, c->proxy);
	PASS(w, c->algorithm);
	PASS(w, c->qop);
	PASS(w, c->nc);
	PASS(w, has_opaque);
	pass_text(w, &c->realm);
	pass_text(w, &c->nonce);
	if (has_opaque)
		pass_text(w, &c->opaque);
	w->failed |= c->server >= HL_SERVERS || c->algorithm >= HL_DIGEST_ALGORITHMS ||
		     c->qop > DIGEST_AUTH_INT;
}

static void pass_server(struct walk *w, struct saved_server *s)
{
	PASS(w, s->bound_ms);
	PASS(w, s->held_ms);
	PASS(w, s->granted_s);
	PASS(w, s->expires_s);
	pass_endpoint(w, &s->at);
}

static void pass_line(struct walk *w, struct saved_line *l)
{
	PASS(w, l->identity);
	PASS(w, l->call_id);
	pass_endpoint(w, &l->place);
	PASS(w, l->saved_ms);
	PASS(w, l->refresh_ms);
	PASS(w, l->return_ms);
	PASS(w, l->number);
	PASS(w, l->epochs);
	PASS(w, l->code);
	PASS(w, l->state);
	PASS(w, l->lock);
	PASS(w, l->bound);
	PASS(w, l->maybe_bound);
	PASS(w, l->held);
	PASS(w, l->asked);
	PASS(w, l->shunned);
	PASS(w, l->cools);
	PASS(w, l->n_challenges);
	for (unsigned server = 0; server < HL_SERVERS; server++)
		pass_server(w, &l->servers[server]);
	w->failed |= l->n_challenges > SAVED_CHALLENGES || l->state >= HL_LINE_STATES ||
		     l->lock > HL_SERVERS;
	for (unsigned k = 0; !w->failed && k < l->n_challenges; k++)
		pass_challenge(w, &l->challenges[k]);
}

uint32_t saved_line_write(const struct saved_line *line, uint8_t *out, uint32_t room)
{
	struct walk w = { .at = out, .left = room };

	pass_line(&w, (struct saved_line *)line); // which only reads it then
	return w.failed ? 0 : room - w.left;
}

uint32_t saved_line_read(struct saved_line *line, const uint8_t *bytes, uint32_t len)
{
	struct walk w = { .at = (uint8_t *)bytes, .left = len, .reads = true };

	memset(line, 0, sizeof(*line));
	pass_line(&w, line);
	return w.failed ? 0 : len - w.left;
}

// No secrets: the keys only part one purpose from another. They are part of the format.
enum { KEY_NAME = 0x6e616d65, KEY_LOW = 0x6c6f77, KEY_HIGH = 0x68696768 };

uint64_t saved_name_hash(const char *name)
{
	const uint64_t key[2] = { KEY_NAME, 0 };

	return name ? siphash(key, name, (uint32_t)strlen(name)) : 0;
}

void saved_identity(const struct saved_who *who, uint64_t identity[2])
{
	const struct slice parts[] = { who->domain, who->number, who->account };
	const uint64_t keys[2] = { KEY_LOW, KEY_HIGH };

	for (unsigned half = 0; half < 2; half++) {
		uint64_t key[2] = { keys[half], who->profile };

		for (unsigned k = 0; k < sizeof(parts) / sizeof(*parts); k++)
			key[1] = siphash(key, parts[k].at, parts[k].len);
		identity[half] = key[1];
	}
}
