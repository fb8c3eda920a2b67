// SPDX-License-Identifier: BSD-3-Clause
// Challenges read, remembered per line and server, and answered. No allocation after set-up.
#pragma once

#include <stdbool.h>
#include <assert.h>
#include <stdint.h>

#include "base/text.h"
#include "sip/digest.h"
#include "sip/realms.h"

// A challenge as it stands in a WWW-Authenticate or Proxy-Authenticate value.
struct auth_challenge {
	struct slice realm, nonce, opaque; // quoted-string contents, escapes kept as they stand
	enum hl_digest_algorithm algorithm;
	bool sess;
	enum digest_qop qop; // what we would choose: auth, else auth-int, else none
	bool stale;
	bool proxy; // set by the caller
};

// 0; -ENOTSUP: another scheme or algorithm (try the next challenge); -EBADMSG: not readable.
int auth_challenge_read(const char *value, uint32_t len, struct auth_challenge *out);

// Credentials of an Authorization value, for the answering side.
struct auth_credentials {
	struct slice user, realm, nonce, uri, response, cnonce, nc, opaque;
	enum hl_digest_algorithm algorithm;
	bool sess;
	enum digest_qop qop;
};
int auth_credentials_read(const char *value, uint32_t len, struct auth_credentials *out);

#define AUTH_TEXT_INLINE 80 // nonce and opaque together; longer ones go to the line's long text
#define AUTH_TEXT_LONG 1024

// What a line remembers of one server's challenge. Nonces are never carried to the other server.
struct auth {
	uint8_t ha1[DIGEST_RAW_MAX]; // of realm, account, password; see digest_begin()
	uint32_t nc;                 // requests made with this nonce
	uint32_t realm;              // index, valid when known
	uint16_t nonce_len, opaque_len;
	uint8_t algorithm; // enum hl_digest_algorithm
	uint8_t qop;       // enum digest_qop
	bool sess : 1;
	bool session : 1; // ha1 is that of the session: nonce and cnonce are in it
	bool proxy : 1;
	bool known : 1;              // a challenge was learnt, be it one with an empty nonce
	bool long_text : 1;          // the text is not in here
	bool begun : 1;              // ha1 holds what every response begins with, hashed
	bool second : 1;             // set by the caller, who remembers another challenge as well
	bool usable : 1;             // there is a nonce to use
	uint8_t from;                // set by the caller: which of the server's targets sent it
	char text[AUTH_TEXT_INLINE]; // nonce, then opaque with its quotes
};
static_assert(sizeof(struct auth) == 128, "two cache lines a server");

// What a struct auth refers to.
struct auth_store {
	struct auth_realms *realms;
	char *long_text; // AUTH_TEXT_LONG bytes of this line and server, for texts that do not fit
			 // inline: memory that is only touched when needed; NULL: none
	struct digest *digest;
};

// Remember a challenge. HA1 is computed only when realm or algorithm differ from the remembered ones.
// 0; -ENOSPC: realm, nonce or opaque are too long.
int auth_learn(struct auth *auth, const struct auth_store *store,
	       const struct auth_challenge *challenge, struct slice account, struct slice password);

// Is this the remembered nonce?
bool auth_has_nonce(const struct auth *auth, const char *long_text, struct slice nonce);

// nextnonce of an Authentication-Info value, if there is one: replaces the nonce, nc starts again.
void auth_next_nonce(struct auth *auth, const struct auth_store *store, struct slice auth_info);

// A request that was signed was not sent: its nc is free again.
void auth_unsent(struct auth *auth);

// True when there is a nonce that is good for another request: nc has eight digits (RFC 7616 3.4).
static inline bool auth_usable(const struct auth *auth)
{
	return auth->usable && auth->nc < UINT32_MAX - 1;
}

// One request to sign. nc is auth->nc, which the caller raises for a new request and leaves for a
// retransmission: the same input gives the same bytes.
struct auth_request {
	struct slice account, uri;
	struct slice cnonce;
	const char *ha2_hex; // digest_ha2() of this method and uri, for auth->algorithm and qop
	const uint64_t *session_key; // two words, for the cnonce of a session
};

#define AUTH_LINE_MAX 1792

// Bytes of the header line that auth_write() makes, for an account and a URI of these lengths.
uint32_t auth_line_len(const struct auth *auth, const struct auth_realms *realms,
		       struct slice account, uint32_t uri_len, uint32_t cnonce_len);

// The whole header line "Authorization: Digest ...\r\n" (or Proxy-). Returns its length; 0: no
// room.
uint32_t auth_write(struct auth *auth, const struct auth_store *store,
		    const struct auth_request *request, char *out, uint32_t room);
