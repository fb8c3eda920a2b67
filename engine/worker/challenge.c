// SPDX-License-Identifier: BSD-3-Clause
// What is remembered of challenges, two for each server of a line, and the credentials made of them.
#include "worker/challenge.h"

#include <errno.h>

#include <heartline/code.h>
#include "sip/auth_text.h"
#include "sip/value.h"
#include "worker/clock.h"
#include "worker/saved_line.h"

// What is remembered of one challenge. Nonces belong to who gave them: they are not carried to another
// target of the server either.
struct credentials {
	struct auth *auth;
	char *long_text;
};

static struct credentials first_of(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	size_t at = (size_t)i * HL_SERVERS + server;

	return (struct credentials){ &w->auth[at], w->long_texts + at * AUTH_TEXT_LONG };
}

static struct credentials second_of(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	size_t at = (size_t)i * HL_SERVERS + server;

	return (struct credentials){ &w->more_auth[at], w->more_long_texts + at * AUTH_TEXT_LONG };
}

enum { PLACES = 2, NO_PLACE = -1 };

static struct credentials place(const struct hl_worker *w, uint32_t i, enum hl_server server, int k)
{
	return k == 0 ? first_of(w, i, server) : second_of(w, i, server);
}

static bool is_known(const struct hl_worker *w, uint32_t i, enum hl_server server, int k)
{
	const struct auth *first = first_of(w, i, server).auth;

	return k == 0 ? first->known : first->second;
}

// Where a challenge belongs: each kind and realm has its place. A server has one realm, which may
// change; proxies may stand in a row, each with its own (RFC 3261 22.3). taken: bits of the places
// that this response has filled. NO_PLACE: one of this realm was taken before, or there is no room.
static int place_for(const struct hl_worker *w, uint32_t i, enum hl_server server, bool proxy,
		     struct slice realm, unsigned taken)
{
	int empty = NO_PLACE, kind = NO_PLACE;

	for (int k = PLACES; k-- > 0;) {
		const struct auth *auth = place(w, i, server, k).auth;

		if (!is_known(w, i, server, k)) {
			empty = k;
			continue;
		}
		if (auth->proxy != proxy)
			continue;
		if (slice_equal(auth_realm_text(&w->realms, auth->realm), realm))
			return taken >> k & 1 ? NO_PLACE : k;
		if (!(taken >> k & 1))
			kind = k;
	}
	if (kind != NO_PLACE && (!proxy || empty == NO_PLACE))
		return kind;
	if (empty != NO_PLACE)
		return empty;
	return taken >> 1 & 1 ? NO_PLACE : 1; // three at once: more than we remember
}

static int learn(struct hl_worker *w, uint32_t i, enum hl_server server, int k,
		 const struct auth_challenge *challenge)
{
	const struct plan_identity *id = &w->plan->table.identities[w->first + i];
	const char *texts = id->text + id->user_len + id->display_len;
	const struct slice account = { texts, id->account_len };
	const struct slice password = { texts + id->account_len, id->password_len };
	struct credentials to = place(w, i, server, k);
	struct auth *first = first_of(w, i, server).auth;
	struct auth *other = place(w, i, server, 1 - k).auth;
	bool known = is_known(w, i, server, k);
	bool same = auth_has_nonce(to.auth, to.long_text, challenge->nonce);
	const struct auth_store store = { &w->realms, to.long_text, w->digest };
	int result = auth_learn(to.auth, &store, challenge, account, password);

	if (result < 0)
		return result;
	if (k > 0)
		first->second = true;
	if (!same)
		w->notes[i].nonce_at[server] = coarse_of(w, w->now_ns);
	to.auth->from = w->lines[i].target[server];
	if (is_known(w, i, server, 1 - k) && other->from != to.auth->from)
		other->usable = false;
	if (!known)
		return CHALLENGE_FIRST;
	return same && !challenge->stale ? CHALLENGE_SAME : CHALLENGE_NEW;
}

struct bare_request challenge_bare_request(const struct hl_worker *w, uint32_t i,
					   enum hl_server server, enum plan_text text)
{
	const struct line *l = &w->lines[i];

	return (struct bare_request){
		.len = worker_shape(w, l)->text[server][text].len,
		.uri_len = worker_domain(w, l)->uri_len,
	};
}

// Do all credentials for this server go into one frame with the request?
static bool credentials_fit(const struct hl_worker *w, uint32_t i, enum hl_server server,
			    struct bare_request bare)
{
	const struct plan_identity *id = &w->plan->table.identities[w->first + i];
	const struct slice account = { id->text + id->user_len + id->display_len, id->account_len };
	uint32_t len = bare.len;

	for (int k = 0; k < PLACES && is_known(w, i, server, k); k++) {
		const struct auth *auth = place(w, i, server, k).auth;
		uint32_t line = auth_line_len(auth, &w->realms, account, bare.uri_len, CNONCE_LEN);

		if (auth->usable && line > AUTH_LINE_MAX)
			return false;
		len += auth->usable ? line : 0;
	}
	return len <= w->constants->message_room;
}

// Of several of a realm the topmost one that we can answer.
int challenge_learn(struct hl_worker *w, uint32_t i, enum hl_server server,
		    struct bare_request bare, const struct sip_reply *reply)
{
	int result = -ENOTSUP;
	unsigned taken = 0;

	for (unsigned n = 0; n < reply->n_challenges; n++) {
		const struct slice *value = &reply->challenges[n];
		struct auth_challenge challenge;

		if (auth_challenge_read(value->at, value->len, &challenge) < 0)
			continue;
		challenge.proxy = reply->proxy_challenges >> n & 1;
		int k = place_for(w, i, server, challenge.proxy, challenge.realm, taken);
		if (k == NO_PLACE)
			continue;
		int learnt = learn(w, i, server, k, &challenge);
		if (learnt >= 0 && !credentials_fit(w, i, server, bare)) {
			place(w, i, server, k).auth->usable = false;
			learnt = -ENOSPC;
		}
		if (learnt >= 0)
			taken |= 1u << k;
		// the one that speaks best for us; too long is more than not known
		if (learnt >= 0 ? result < 0 || learnt < result : result == -ENOTSUP)
			result = learnt;
	}
	return result;
}

bool challenge_doubts_nonce(const struct sip_reply *reply)
{
	return hl_code_class(reply->status) == HL_CLASS_REJ && reply->retry_after == SIP_NO_NUMBER;
}

uint32_t challenge_answers_max(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	return first_of(w, i, server).auth->second ? 4 : 2;
}

bool challenge_has_nonce(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	uint8_t target = w->lines[i].target[server];

	for (int k = 0; k < PLACES && is_known(w, i, server, k); k++) {
		const struct auth *auth = place(w, i, server, k).auth;

		if (auth_usable(auth) && auth->from == target)
			return true;
	}
	return false;
}

void challenge_count_nonce(struct hl_worker *w, uint32_t i, enum hl_server server, int by)
{
	for (int k = 0; by != 0 && k < PLACES && is_known(w, i, server, k); k++) {
		struct auth *auth = place(w, i, server, k).auth;

		if (by > 0)
			auth->nc++;
		else
			auth_unsent(auth);
	}
}

void challenge_forget(struct hl_worker *w, uint32_t i, enum hl_server server)
{
	for (int k = PLACES; k-- > 0;) { // whether there is a second one stands in the first
		struct credentials to = place(w, i, server, k);

		if (is_known(w, i, server, k))
			auth_realm_drop(&w->realms, to.auth->realm);
		memset(to.auth, 0, sizeof(*to.auth));
	}
}

unsigned challenge_tell(const struct hl_worker *w, uint32_t i, enum hl_server server,
			struct saved_challenge *out)
{
	unsigned n = 0;

	for (int k = 0; k < PLACES && is_known(w, i, server, k); k++) {
		const struct credentials from = place(w, i, server, k);
		const struct auth *auth = from.auth;
		const char *text = auth_nonce(auth, from.long_text);

		if (!auth_usable(auth) || auth->sess || auth->from != w->lines[i].target[server])
			continue;
		out[n] = (struct saved_challenge){
			.server = (uint8_t)server,
			.proxy = auth->proxy,
			.algorithm = auth->algorithm,
			.qop = auth->qop,
			.nc = auth->nc,
			.realm = auth_realm_text(&w->realms, auth->realm),
			.nonce = { text, auth->nonce_len },
		};
		if (auth->opaque_len > 0) // which is kept with its quotes
			out[n].opaque = (struct slice){ text + auth->nonce_len + 1,
							auth->opaque_len - 2u };
		n++;
	}
	return n;
}

void challenge_take_up(struct hl_worker *w, uint32_t i, const struct saved_challenge *saved)
{
	const enum hl_server server = saved->server;
	const struct auth_challenge challenge = {
		.realm = saved->realm,
		.nonce = saved->nonce,
		.opaque = saved->opaque,
		.algorithm = (enum hl_digest_algorithm)saved->algorithm,
		.qop = (enum digest_qop)saved->qop,
		.proxy = saved->proxy,
	};
	int k = place_for(w, i, server, challenge.proxy, challenge.realm, 0);

	if (k != NO_PLACE && learn(w, i, server, k, &challenge) >= 0)
		place(w, i, server, k).auth->nc = saved->nc;
}

// RFC 7616 3.5: Authentication-Info is the server's, not a proxy's.
void challenge_next_nonce(struct hl_worker *w, uint32_t i, enum hl_server server,
			  const struct sip_reply *reply)
{
	for (int k = 0; reply->auth_info.at && k < PLACES && is_known(w, i, server, k); k++) {
		struct credentials to = place(w, i, server, k);

		if (to.auth->proxy)
			continue;
		const struct auth_store store = { &w->realms, to.long_text, w->digest };
		uint32_t uses = to.auth->nc;
		auth_next_nonce(to.auth, &store, reply->auth_info);
		if (to.auth->nc < uses) // it has another one
			w->notes[i].nonce_at[server] = coarse_of(w, w->now_ns);
		return;
	}
}

static uint32_t write_one(struct hl_worker *w, uint32_t i, const struct credentials_for *r,
			  struct credentials from, char out[AUTH_LINE_MAX])
{
	struct auth *auth = from.auth;
	const struct plan_identity *id = &w->plan->table.identities[w->first + i];
	const struct auth_request request = {
		.account = { id->text + id->user_len + id->display_len, id->account_len },
		.uri = r->uri,
		.cnonce = r->cnonce,
		.ha2_hex = r->ha2[auth->algorithm][auth->qop == DIGEST_AUTH_INT],
		.session_key = w->plan->keys[PLAN_KEY_CNONCE],
	};

	if (!auth->usable)
		return 0;
	const struct auth_store store = { &w->realms, from.long_text, w->digest };
	return auth_write(auth, &store, &request, out, AUTH_LINE_MAX);
}

uint32_t challenge_credentials(struct hl_worker *w, uint32_t i, const struct credentials_for *r,
			       char out[CREDENTIALS_MAX])
{
	struct credentials first = first_of(w, i, r->server);
	uint32_t len = write_one(w, i, r, first, out);

	if (first.auth->second)
		len += write_one(w, i, r, second_of(w, i, r->server), out + len);
	return len;
}
