// SPDX-License-Identifier: BSD-3-Clause
// The server's side of digest: makes challenges, checks credentials (RFC 3261 22, RFC 7616 3.4).
#include "registrar/registrar.h"

#include <errno.h>
#include <string.h>

#include "base/hex.h"
#include "base/count.h"
#include "base/siphash.h"
#include "registrar/nonce.h"
#include "sip/auth.h"
#include "sip/value.h"

static struct answer challenge_answer(struct hl_registrar *r, struct server *s, bool stale,
				      uint64_t now_ns)
{
	struct text_writer w = headers_begin(r);
	char nonce[NONCE_LEN];

	nonce_write(&s->nonces, now_ns, nonce);
	writer_text(&w, "WWW-Authenticate: Digest realm=\"");
	writer_slice(&w, r->realm);
	writer_text(&w, "\", nonce=\"");
	writer_bytes(&w, nonce, NONCE_LEN);
	writer_text(&w, "\", algorithm=");
	writer_text(&w, digest_name(r->algorithm));
	if (r->qop_auth)
		writer_text(&w, ", qop=\"auth\"");
	writer_text(&w, stale ? ", stale=true\r\n" : "\r\n");
	count(&s->counters.challenges);
	return headers_answer(r, &w, 401);
}

// True when the credentials have the form that the challenge asked for and the right response.
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
	const struct digest_input input = {
		.algorithm = r->algorithm,
		.qop = c->qop,
		.ha1 = ha1,
		.nonce = c->nonce,
		.cnonce = c->cnonce,
		.nc = c->nc.at,
		.ha2_hex = ha2,
	};
	digest_response(r->digest, &input, expected);
	return text_equal_nocase(c->response.at, c->response.len, expected,
				 digest_hex_len(r->algorithm));
}

// Hash of what a retransmission shares with its request (RFC 3261 17.2.3) and a replay does not.
static uint32_t request_hash(const struct hl_registrar *r, const struct sip_request *req,
			     const struct auth_credentials *c)
{
	uint64_t parts[3] = {
		siphash(r->hash_key, req->vias[0].at, req->vias[0].len),
		siphash(r->hash_key, c->response.at, c->response.len),
		req->cseq,
	};

	return (uint32_t)siphash(r->hash_key, parts, sizeof(parts));
}

// `nc` has eight hex digits: auth_credentials_read() has checked it.
static uint32_t nc_read(struct slice nc)
{
	char text[] = "0000000000000000";
	uint64_t value = 0;

	memcpy(text + 8, nc.at, 8);
	return text_get_hex64(text, &value) ? (uint32_t)value : 0;
}

// A replay is answered like an old nonce: a client that knows the password asks again with the new one.
static bool count_new(struct hl_registrar *r, struct nonce_slot *slot,
		      const struct sip_request *req, const struct auth_credentials *c,
		      uint64_t now_ns)
{
	struct nonce_use use = { .one_time = r->one_time_nonces, .now_ns = now_ns };

	if (c->qop != DIGEST_NO_QOP) {
		use.nc = nc_read(c->nc);
		if (use.nc == 0)
			return false;
	}
	use.request = request_hash(r, req, c);
	return nonce_use(slot, &use);
}

static bool account_right(const struct hl_registrar *r, const struct sip_request *req,
			  struct slice user)
{
	if (r->account.len == 1 && *r->account.at == '*')
		return true;
	return slice_equal(user, r->account.len > 0 ? r->account : req->to_user);
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
	if (rc != 0 || !slice_equal(c.realm, r->realm)) { // for another realm or scheme
		*refusal = challenge_answer(r, s, false, now_ns);
		return false;
	}
	if (!slice_equal(c.uri, req->uri)) { // RFC 7616 3.4.6
		*refusal = (struct answer){ .status = 400, .reason = "Bad Digest URI" };
		return false;
	}

	struct nonce_slot *slot = NULL;
	enum nonce_state nonce = nonce_check(&s->nonces, c.nonce, r->nonce_life_ns, now_ns, &slot);
	if (s->refuse == HL_FAULT_STALE) {
		*refusal = challenge_answer(r, s, true, now_ns);
		return false;
	}
	if (s->refuse == HL_FAULT_REFUSE || nonce == NONCE_FOREIGN || !response_right(r, req, &c)) {
		count(&s->counters.bad_credentials);
		*refusal = challenge_answer(r, s, false, now_ns);
		return false;
	}
	if (nonce == NONCE_FRESH && !count_new(r, slot, req, &c, now_ns)) {
		count(&s->counters.replays);
		nonce = NONCE_STALE;
	}
	if (nonce == NONCE_STALE) { // told only to clients that know the password (RFC 7616 3.3)
		*refusal = challenge_answer(r, s, true, now_ns);
		return false;
	}
	if (!account_right(r, req, c.user)) { // RFC 3261 10.3, step 4
		count(&s->counters.bad_credentials);
		*refusal = (struct answer){ .status = 403 };
		return false;
	}
	return true;
}
