// SPDX-License-Identifier: BSD-3-Clause
// Writes the credentials of one request: its Authorization line (RFC 3261 22.4, RFC 7616 3.4).
#include "sip/auth.h"

#include "base/hex.h"
#include "base/siphash.h"
#include "sip/auth_text.h"
#include "sip/find.h" // find_quoted_stop(), which a macro makes
#include "sip/text_writer.h"

// The account comes from the configuration and is not escaped yet. Everything else that is quoted
// here was read from a quoted string and goes back unchanged.
static void writer_escaped(struct text_writer *w, struct slice s)
{
	const char *at = s.at, *const end = s.at + s.len;

	for (const char *next; (next = find_quoted_stop(at, end)) < end; at = next + 1) {
		writer_bytes(w, at, (uint32_t)(next - at));
		writer_text(w, "\\");
		writer_bytes(w, next, 1);
	}
	writer_bytes(w, at, (uint32_t)(end - at));
}

// The cnonce of a session is the same in all of its requests, so that a server that computes A1 from
// the current cnonce agrees with one that keeps the first, as RFC 7616 3.4.2 demands. It is derived from
// a key, so it need not be stored, and a server that chooses the nonce cannot predict it.
#define SESSION_CNONCE 16

static struct slice session_cnonce(const struct auth_request *request, struct slice nonce,
				   char out[SESSION_CNONCE])
{
	const struct slice account = request->account;
	const uint64_t *key = request->session_key;
	const uint64_t own[2] = { key[0] ^ siphash(key, account.at, account.len), key[1] };

	text_put_hex64(out, siphash(own, nonce.at, nonce.len));
	return (struct slice){ out, SESSION_CNONCE };
}

// RFC 7616 3.4.2: A1 of a session is calculated once, with the nonce and the cnonce of the first
// request that follows a challenge, and stays until the next challenge, whatever nextnonce says.
static void session_begin(struct auth *auth, struct slice nonce, struct slice cnonce,
			  struct digest *d)
{
	if (!auth->sess || auth->session)
		return;
	digest_ha1_sess(d, (enum hl_digest_algorithm)auth->algorithm, auth->ha1, nonce, cnonce,
			auth->ha1);
	auth->session = true;
}

uint32_t auth_write(struct auth *auth, const struct auth_store *store,
		    const struct auth_request *request, char *out, uint32_t room)
{
	const enum hl_digest_algorithm algorithm = (enum hl_digest_algorithm)auth->algorithm;
	const enum digest_qop qop = (enum digest_qop)auth->qop;
	const struct slice nonce = { auth_nonce(auth, store->long_text), auth->nonce_len };
	const struct slice realm = auth_realm_text(store->realms, auth->realm);
	char nc[8], response[DIGEST_HEX_MAX], session[SESSION_CNONCE];
	struct slice cnonce = request->cnonce;
	struct text_writer w = { out, out + room, false };

	if (auth->sess)
		cnonce = session_cnonce(request, nonce, session);
	session_begin(auth, nonce, cnonce, store->digest);
	text_put_hex32(nc, auth->nc);
	const struct digest_input input = {
		.algorithm = algorithm,
		.qop = qop,
		.begun = auth->begun,
		.ha1 = auth->ha1,
		.nonce = nonce,
		.cnonce = cnonce,
		.nc = nc,
		.ha2_hex = request->ha2_hex,
	};
	digest_response(store->digest, &input, response);

	writer_text(&w, auth->proxy ? "Proxy-Authorization: Digest username=\""
				    : "Authorization: Digest username=\"");
	writer_escaped(&w, request->account);
	writer_text(&w, "\", realm=\"");
	writer_slice(&w, realm);
	writer_text(&w, "\", nonce=\"");
	writer_slice(&w, nonce);
	writer_text(&w, "\", uri=\"");
	writer_slice(&w, request->uri);
	writer_text(&w, "\", response=\"");
	writer_bytes(&w, response, digest_hex_len(algorithm));
	writer_text(&w, "\", algorithm=");
	writer_text(&w, digest_name(algorithm));
	if (auth->sess)
		writer_text(&w, "-sess");
	if (auth->opaque_len > 0) {
		writer_text(&w, ", opaque=");
		writer_bytes(&w, nonce.at + nonce.len, auth->opaque_len);
	}
	// RFC 7616 3.4: without qop there is no nc, and a cnonce only where -sess hashes it.
	if (qop != DIGEST_NO_QOP || auth->sess) {
		writer_text(&w, ", cnonce=\"");
		writer_slice(&w, cnonce);
		writer_text(&w, "\"");
	}
	if (qop != DIGEST_NO_QOP) {
		writer_text(&w, qop == DIGEST_AUTH ? ", qop=auth, nc=" : ", qop=auth-int, nc=");
		writer_bytes(&w, nc, 8);
	}
	writer_text(&w, "\r\n");
	return w.full ? 0 : (uint32_t)(w.at - out);
}

uint32_t auth_line_len(const struct auth *auth, const struct auth_realms *realms,
		       struct slice account, uint32_t uri_len, uint32_t cnonce_len)
{
	const enum hl_digest_algorithm algorithm = (enum hl_digest_algorithm)auth->algorithm;
	const char *const end = account.at + account.len;
	uint32_t len = auth->proxy ? sizeof("Proxy-Authorization: Digest username=\"\"") - 1
				   : sizeof("Authorization: Digest username=\"\"") - 1;

	len += account.len + sizeof(", realm=\"\"") - 1 + auth_realm_text(realms, auth->realm).len;
	for (const char *at = account.at; (at = find_quoted_stop(at, end)) < end; at++)
		len++; // its escape
	len += sizeof(", nonce=\"\", uri=\"\", response=\"\"") - 1 + auth->nonce_len + uri_len +
	       digest_hex_len(algorithm);
	len += sizeof(", algorithm=") - 1 + (uint32_t)strlen(digest_name(algorithm)) +
	       (auth->sess ? sizeof("-sess") - 1 : 0);
	if (auth->opaque_len > 0)
		len += sizeof(", opaque=") - 1 + auth->opaque_len;
	if (auth->qop != DIGEST_NO_QOP || auth->sess)
		len += sizeof(", cnonce=\"\"") - 1 + (auth->sess ? SESSION_CNONCE : cnonce_len);
	if (auth->qop != DIGEST_NO_QOP)
		len += 8 +
		       (auth->qop == DIGEST_AUTH ? sizeof(", qop=auth, nc=")
						 : sizeof(", qop=auth-int, nc=")) -
		       1;
	return len + 2; // CRLF
}
