// SPDX-License-Identifier: BSD-3-Clause
// Contacts that an earlier run left: told by their text, and removed one after the other.
#include "worker/stale.h"

#include "sip/value.h"
#include "worker/request.h"
#include "worker/slot.h"

#define REMOVALS_MAX 8 // of a line and boot: a server that keeps them is not asked for ever

static uint8_t decimal_len(uint16_t n)
{
	return n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : n < 10000 ? 4 : 5;
}

// One of ours by address, user and hl parameter, at a port that no line has in this run. The line's
// own port is never stale, whatever the tag: where servers share a location store, its binding at
// the other one may be made at any time, and the removal may come late. The port must be as wide as
// the line's: it is patched into the template.
static bool is_stale(const struct hl_worker *w, uint32_t i, struct slice uri, uint16_t *port,
		     uint8_t *tag)
{
	const struct line *l = &w->lines[i];
	const struct plan_address *own = &w->plan->table.addresses[l->addr];
	const struct plan_identity *id = &w->plan->table.identities[w->first + i];
	struct address_uri u;
	struct slice hl;

	if (!address_uri_read(uri, &u) || !u.sip ||
	    !hosts_equal(u.host, (struct slice){ own->text, own->text_len }) ||
	    u.user.len != id->user_len || memcmp(u.user.at, id->text, id->user_len) != 0 ||
	    !param_find(u.params, "hl", &hl) || hl.len != 1 || (*hl.at != 'p' && *hl.at != 'b'))
		return false;
	*port = u.port ? u.port : 5060;
	*tag = (uint8_t)*hl.at;
	return decimal_len(*port) == decimal_len(l->port) && !slot_is_taken(w, l->addr, *port);
}

bool stale_find(struct hl_worker *w, uint32_t i, enum hl_server server,
		const struct sip_reply *reply)
{
	struct line_cold *c = &w->cold[i];
	struct contact_walk walk = { 0 };
	struct address address;

	while (c->stale_removals < REMOVALS_MAX && contact_next(reply, &walk, &address)) {
		uint16_t port;
		uint8_t tag;

		if (address.uri.at == NULL || !is_stale(w, i, address.uri, &port, &tag))
			continue;
		c->stale_port = port;
		c->stale_tag = tag;
		c->stale_server = server & 1;
		c->stale_removals++;
		return true;
	}
	return false;
}

bool stale_look(struct hl_worker *w, uint32_t i, enum hl_server server,
		const struct sip_reply *reply)
{
	struct line_cold *c = &w->cold[i];

	if (!worker_profile(w, &w->lines[i])->policy.remove_last || c->looked >> server & 1 ||
	    c->flags & COLD_UNREGISTER_STALE || c->unregister_pending >> UNREGISTER_STALE & 1)
		return false;
	c->looked |= 1u << server;
	return stale_find(w, i, server, reply);
}

// The Contact's port is the last one in a REGISTER, ";hl=p" stands behind it.
void stale_write(const struct hl_worker *w, uint32_t i, const struct finish *f)
{
	const struct line_cold *c = &w->cold[i];
	const struct template *text = f->text;

	for (uint16_t k = text->n_holes; k-- > 0;) {
		const struct template_hole *hole = &text->holes[k];
		char *at = f->out + hole->at + (hole->at >= text->auth_at ? f->auth_len : 0);

		if (hole->field != FIELD_PORT)
			continue;
		text_put_decimal(at, c->stale_port, hole->len);
		if (memcmp(at + hole->len, ";hl=", 4) == 0)
			at[hole->len + 4] = (char)c->stale_tag;
		return;
	}
}
