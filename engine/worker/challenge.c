// SPDX-License-Identifier: BSD-3-Clause
// Challenges and what answers them: credentials for a server, and beside them those for a proxy
// (FAILOVER.md section 5, RFC 3261 22.2 and 22.3).
#include <errno.h>

#include "worker/worker.h"

// What is remembered of one challenge.
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

// Where a challenge of this kind belongs: the kind that came first is in the first place.
static struct credentials place_of(const struct hl_worker *w, uint32_t i, enum hl_server server,
				   bool proxy)
{
	struct credentials first = first_of(w, i, server);

	if (first.auth->nonce_len == 0 || first.auth->proxy == proxy)
		return first;
	return second_of(w, i, server);
}

static int learn(struct hl_worker *w, uint32_t i, enum hl_server server,
		 const struct auth_challenge *challenge)
{
	const struct plan_identity *id = &w->plan->identities[w->first + i];
	const char *texts = w->plan->arena + id->at + id->user_len + id->display_len;
	const struct slice account = { texts, id->account_len };
	const struct slice password = { texts + id->account_len, id->password_len };
	struct credentials to = place_of(w, i, server, challenge->proxy);
	struct auth *first = first_of(w, i, server).auth;
	bool known = to.auth->nonce_len > 0;
	bool same = auth_has_nonce(to.auth, to.long_text, challenge->nonce);
	int result = auth_learn(to.auth, challenge, &w->realms, account, password, to.long_text,
				w->digest);

	if (result < 0)
		return result;
	if (to.auth != first)
		first->second = true;
	if (!known)
		return CHALLENGE_FIRST;
	return same && !challenge->stale ? CHALLENGE_SAME : CHALLENGE_NEW;
}

// Of several of a kind the topmost one that we can answer.
int worker_challenge(struct hl_worker *w, uint32_t i, enum hl_server server,
		     const struct sip_reply *reply)
{
	int result = -ENOTSUP;
	bool learnt[2] = { false, false }; // by kind: is it a proxy's

	for (unsigned k = 0; k < reply->n_challenges; k++) {
		const struct slice *value = &reply->challenges[k];
		bool proxy = reply->proxy_challenges >> k & 1;
		struct auth_challenge challenge;

		if (learnt[proxy] || auth_challenge_read(value->at, value->len, &challenge) < 0)
			continue;
		challenge.proxy = proxy;
		int kind = learn(w, i, server, &challenge);
		if (kind < 0)
			continue;
		learnt[proxy] = true;
		if (result < 0 || kind < result) // the one that speaks best for us
			result = kind;
	}
	return result;
}

bool worker_has_nonce(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	const struct auth *first = first_of(w, i, server).auth;

	return first->usable || (first->second && second_of(w, i, server).auth->usable);
}

void worker_count_nonce(struct hl_worker *w, uint32_t i, enum hl_server server, int by)
{
	struct auth *first = first_of(w, i, server).auth;

	if (by == 0)
		return;
	first->nc += (uint32_t)by;
	if (first->second)
		second_of(w, i, server).auth->nc += (uint32_t)by;
}

// RFC 7616 3.5: Authentication-Info is the server's, not a proxy's.
void worker_next_nonce(struct hl_worker *w, uint32_t i, enum hl_server server,
		       const struct sip_reply *reply)
{
	struct credentials to;

	if (reply->auth_info.at == NULL)
		return;
	to = place_of(w, i, server, false);
	auth_next_nonce(to.auth, reply->auth_info, to.long_text);
}

static uint32_t write_one(struct hl_worker *w, uint32_t i, const struct credentials_for *r,
			  struct credentials from, char out[AUTH_LINE_MAX])
{
	const struct auth *auth = from.auth;
	const struct plan_identity *id = &w->plan->identities[w->first + i];
	const struct auth_request request = {
		.account = { w->plan->arena + id->at + id->user_len + id->display_len,
			     id->account_len },
		.uri = r->uri,
		.cnonce = r->cnonce,
		.ha2_hex = r->ha2[auth->algorithm][auth->qop == DIGEST_AUTH_INT],
	};

	if (!auth->usable)
		return 0;
	return auth_write(auth, &w->realms, from.long_text, &request, w->digest, out,
			  AUTH_LINE_MAX);
}

uint32_t worker_credentials(struct hl_worker *w, uint32_t i, const struct credentials_for *r,
			    char out[CREDENTIALS_MAX])
{
	struct credentials first = first_of(w, i, r->server);
	uint32_t len = write_one(w, i, r, first, out);

	if (first.auth->second)
		len += write_one(w, i, r, second_of(w, i, r->server), out + len);
	return len;
}
