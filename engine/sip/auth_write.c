// SPDX-License-Identifier: BSD-3-Clause
// Credentials written: the Authorization line of one request (RFC 3261 22.4, RFC 7616 3.4).
#include "sip/auth.h"

#include "sip/auth_text.h"
#include "sip/find.h"
#include "sip/pen.h"

// The account comes from the configuration, so it is not escaped yet; whatever else is quoted here
// came out of quotes and goes back verbatim.
static void pen_escaped(struct pen *pen, struct slice s)
{
	const char *at = s.at, *const end = s.at + s.len;

	for (const char *next; (next = find_quoted_stop(at, end)) < end; at = next + 1) {
		pen_bytes(pen, at, (uint32_t)(next - at));
		pen_text(pen, "\\");
		pen_bytes(pen, next, 1);
	}
	pen_bytes(pen, at, (uint32_t)(end - at));
}

uint32_t auth_write(const struct auth *auth, const struct auth_realms *realms,
		    const char *long_text, const struct auth_request *request, struct digest *d,
		    char *out, uint32_t room)
{
	const enum hl_digest_algorithm algorithm = (enum hl_digest_algorithm)auth->algorithm;
	const enum digest_qop qop = (enum digest_qop)auth->qop;
	const struct slice nonce = { auth_nonce(auth, long_text), auth->nonce_len };
	const struct slice realm = { realms->realm[auth->realm].text,
				     realms->realm[auth->realm].len };
	const uint8_t *ha1 = auth->ha1;
	uint8_t session[DIGEST_RAW_MAX];
	char nc[8], response[DIGEST_HEX_MAX];
	struct pen pen = { out, out + room, false };

	if (auth->sess) {
		digest_ha1_sess(d, algorithm, ha1, nonce, request->cnonce, session);
		ha1 = session;
	}
	text_put_hex32(nc, auth->nc);
	digest_response(d, algorithm, ha1, auth->begun, nonce, qop, nc, request->cnonce,
			request->ha2_hex, response);

	pen_text(&pen, auth->proxy ? "Proxy-Authorization: Digest username=\""
				   : "Authorization: Digest username=\"");
	pen_escaped(&pen, request->account);
	pen_text(&pen, "\", realm=\"");
	pen_slice(&pen, realm);
	pen_text(&pen, "\", nonce=\"");
	pen_slice(&pen, nonce);
	pen_text(&pen, "\", uri=\"");
	pen_slice(&pen, request->uri);
	pen_text(&pen, "\", response=\"");
	pen_bytes(&pen, response, digest_hex_len(algorithm));
	pen_text(&pen, "\", algorithm=");
	pen_text(&pen, digest_name(algorithm));
	if (auth->sess)
		pen_text(&pen, "-sess");
	if (auth->opaque_len > 0) {
		pen_text(&pen, ", opaque=");
		pen_bytes(&pen, nonce.at + nonce.len, auth->opaque_len);
	}
	// RFC 7616 3.4: without qop there is no nc, and a cnonce only where -sess hashes it.
	if (qop != DIGEST_NO_QOP || auth->sess) {
		pen_text(&pen, ", cnonce=\"");
		pen_slice(&pen, request->cnonce);
		pen_text(&pen, "\"");
	}
	if (qop != DIGEST_NO_QOP) {
		pen_text(&pen, qop == DIGEST_AUTH ? ", qop=auth, nc=" : ", qop=auth-int, nc=");
		pen_bytes(&pen, nc, 8);
	}
	pen_text(&pen, "\r\n");
	return pen.full ? 0 : (uint32_t)(pen.at - out);
}
