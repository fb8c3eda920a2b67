// SPDX-License-Identifier: BSD-3-Clause
// Digest from the server's side: challenges made, credentials checked (RFC 3261 22, RFC 7616 3.4).
#include "registrar/registrar.h"

#include <errno.h>
#include <string.h>

#include "base/count.h"
#include "registrar/nonce.h"
#include "sip/auth.h"
#include "sip/pen.h"

static bool slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static struct answer challenge_answer(struct hl_registrar *r, struct server *s, bool stale,
				      uint64_t now_ns)
{
	struct pen pen = { r->headers, r->headers + sizeof(r->headers), false };
	char nonce[NONCE_LEN];

	nonce_write(s->nonce_key, r->one_time_nonces ? once_make(&s->once, now_ns) : now_ns, nonce);
	pen_text(&pen, "WWW-Authenticate: Digest realm=\"");
	pen_slice(&pen, r->realm);
	pen_text(&pen, "\", nonce=\"");
	pen_bytes(&pen, nonce, NONCE_LEN);
	pen_text(&pen, "\", algorithm=");
	pen_text(&pen, digest_name(r->algorithm));
	if (r->qop_auth)
		pen_text(&pen, ", qop=\"auth\"");
	pen_text(&pen, stale ? ", stale=true\r\n" : "\r\n");
	count(&s->counters.challenges);
	return (struct answer){ .status = 401, .headers_len = (uint32_t)(pen.at - r->headers) };
}

// The form that the challenge asked for, and the right response?
static bool response_right(struct hl_registrar *r, const struct sip_request *req,
			   const struct auth_credentials *c)
{
	uint8_t ha1[DIGEST_RAW_MAX];
	char ha2[DIGEST_HEX_MAX], expected[DIGEST_HEX_MAX];

	if (c->algorithm != r->algorithm || c->sess ||
	    c->qop != (r->qop_auth ? DIGEST_AUTH : DIGEST_NO_QOP))
		return false;
	digest_ha1(r->digest, r->algorithm, c->user, r->realm, r->password, ha1);
	digest_ha2(r->digest, r->algorithm, req->method_text, c->uri, false, ha2);
	digest_response(r->digest, r->algorithm, ha1, false, c->nonce, c->qop, c->nc.at, c->cnonce,
			ha2, expected);
	return text_equal_nocase(c->response.at, c->response.len, expected,
				 digest_hex_len(r->algorithm));
}

bool credentials_pass(struct hl_registrar *r, struct server *s, const struct sip_request *req,
		      uint64_t now_ns, struct answer *refusal)
{
	struct auth_credentials c;

	if (!r->has_password)
		return true;
	int rc = req->authorization.at == NULL
			 ? -ENOTSUP
			 : auth_credentials_read(req->authorization.at, req->authorization.len, &c);
	if (rc == -EBADMSG) {
		*refusal = (struct answer){ .status = 400, .reason = "Bad Authorization" };
		return false;
	}
	if (rc != 0 || !slice_equal(c.realm, r->realm)) { // nothing in it for us
		*refusal = challenge_answer(r, s, false, now_ns);
		return false;
	}
	if (!slice_equal(c.uri, req->uri)) { // RFC 7616 3.4.6
		*refusal = (struct answer){ .status = 400, .reason = "Bad Digest URI" };
		return false;
	}

	uint64_t made_ns = 0;
	enum nonce_state nonce = nonce_check(s->nonce_key, c.nonce, r->nonce_life_ns, now_ns,
					     &made_ns);
	if (s->refuse == HL_FAULT_STALE) {
		*refusal = challenge_answer(r, s, true, now_ns);
		return false;
	}
	if (s->refuse == HL_FAULT_REFUSE || nonce == NONCE_FOREIGN || !response_right(r, req, &c)) {
		count(&s->counters.bad_credentials);
		*refusal = challenge_answer(r, s, false, now_ns);
		return false;
	}
	if (nonce == NONCE_FRESH && r->one_time_nonces && !once_use(&s->once, made_ns))
		nonce = NONCE_STALE;
	if (nonce == NONCE_STALE) { // said only to who knows the password (RFC 7616 3.3)
		*refusal = challenge_answer(r, s, true, now_ns);
		return false;
	}
	return true;
}
