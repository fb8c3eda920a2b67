// SPDX-License-Identifier: BSD-3-Clause
// What a line remembers of a server's challenge: HA1, the nonce and how often it was used.
#include "sip/auth.h"

#include <errno.h>
#include <string.h>

#include "sip/auth_param.h"
#include "sip/auth_text.h"

// Is there room for n bytes of text, and where?
static bool text_room(uint32_t n, const char *long_text)
{
	return n <= AUTH_TEXT_INLINE || (long_text != NULL && n <= AUTH_TEXT_LONG);
}

bool auth_has_nonce(const struct auth *auth, const char *long_text, struct slice nonce)
{
	return nonce.len == auth->nonce_len &&
	       memcmp(auth_nonce(auth, long_text), nonce.at, nonce.len) == 0;
}

// Hash what all responses to this nonce begin with. A session's HA1 is only known at its first request.
static void auth_begin(struct auth *auth, const char *long_text, struct digest *d)
{
	const struct slice nonce = { auth_nonce(auth, long_text), auth->nonce_len };

	auth->begun = !auth->sess &&
		      digest_begin(d, (enum hl_digest_algorithm)auth->algorithm, auth->ha1, nonce);
}

int auth_learn(struct auth *auth, const struct auth_store *store,
	       const struct auth_challenge *challenge, struct slice account, struct slice password)
{
	struct auth_realms *realms = store->realms;
	char *long_text = store->long_text;
	struct digest *d = store->digest;
	const struct slice nonce = challenge->nonce, opaque = challenge->opaque;
	// The opaque is kept with its quotes, to tell an empty one from none (RFC 7616 3.3).
	const uint32_t opaque_len = opaque.at != NULL ? opaque.len + 2 : 0;
	uint32_t realm = AUTH_NO_REALM;

	if (nonce.len <= AUTH_TEXT_LONG && opaque_len <= AUTH_TEXT_LONG &&
	    text_room(nonce.len + opaque_len, long_text))
		realm = auth_realm_take(realms, challenge->realm);
	if (realm == AUTH_NO_REALM) {
		auth->usable = false;
		return -ENOSPC;
	}

	bool known = auth->known; // a challenge was learnt before
	if (!known || auth->realm != realm || auth->algorithm != challenge->algorithm ||
	    auth->session)
		digest_ha1(d, challenge->algorithm, account, challenge->realm, password, auth->ha1);
	// The count goes on when the nonce is the same, or the server would take the next request
	// for a replay.
	if (!known || !auth_has_nonce(auth, long_text, nonce))
		auth->nc = 0;

	if (known)
		auth_realm_drop(realms, auth->realm);
	auth->known = true;
	auth->session = false; // a challenge begins a new one (RFC 7616 3.4.2)
	auth->realm = realm;
	auth->algorithm = (uint8_t)challenge->algorithm;
	auth->qop = (uint8_t)challenge->qop;
	auth->sess = challenge->sess;
	auth->proxy = challenge->proxy;
	auth->nonce_len = (uint16_t)nonce.len;
	auth->opaque_len = (uint16_t)opaque_len;
	auth->long_text = nonce.len + opaque_len > AUTH_TEXT_INLINE;

	char *text = auth->long_text ? long_text : auth->text;
	memcpy(text, nonce.at, nonce.len);
	if (opaque.at != NULL) {
		text[nonce.len] = '"';
		memcpy(text + nonce.len + 1, opaque.at, opaque.len);
		text[nonce.len + 1 + opaque.len] = '"';
	}
	auth_begin(auth, long_text, d);
	auth->usable = true;
	return 0;
}

// RFC 7616 3.5. A nonce for which there is no room is ignored: the current one stays valid until the
// server says otherwise.
void auth_next_nonce(struct auth *auth, const struct auth_store *store, struct slice auth_info)
{
	char *long_text = store->long_text;
	struct auth_param param;

	if (!auth->known) // never challenged: there is no realm to answer in
		return;
	while (auth_param_next(&auth_info, &param) > 0) {
		if (!AUTH_PARAM_IS(param, "nextnonce"))
			continue;

		const struct slice nonce = param.value;
		const char *old = auth_nonce(auth, long_text);
		if (nonce.len == 0 || nonce.len > AUTH_TEXT_LONG ||
		    !text_room(nonce.len + auth->opaque_len, long_text) ||
		    auth_has_nonce(auth, long_text, nonce))
			return;

		bool is_long = nonce.len + auth->opaque_len > AUTH_TEXT_INLINE;
		char *text = is_long ? long_text : auth->text;
		memmove(text + nonce.len, old + auth->nonce_len, auth->opaque_len);
		memcpy(text, nonce.at, nonce.len);
		auth->nonce_len = (uint16_t)nonce.len;
		auth->long_text = is_long;
		auth->nc = 0;
		auth_begin(auth, long_text, store->digest);
		auth->usable = true;
		return;
	}
}

// A session's HA1 contains the cnonce of its first request. If that one was not sent, the server has
// not seen the cnonce, and only a new challenge can begin another session.
void auth_unsent(struct auth *auth)
{
	auth->nc--;
	if (auth->session && auth->nc == 0)
		auth->usable = false;
}
