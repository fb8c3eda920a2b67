// SPDX-License-Identifier: BSD-3-Clause
// Readers of challenges and credentials: slices into the header value, nothing copied.
#include "sip/auth.h"

#include <errno.h>
#include <string.h>

#include "base/hex.h"
#include "sip/auth_param.h"
#include "sip/find.h"
#include "sip/value.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n'; // the latter two: a folded line
}

// What ends a parameter's name or its unquoted value. This accepts more than a token of RFC 3261 on
// purpose: some servers send base64 nonces without quotes.
// clang-format off
#define ENDS_TOKEN(X) \
	_mm_or_si128(_mm_or_si128(FIND_UP_TO(X, ' '), FIND_IS(X, ',')), \
		     _mm_or_si128(FIND_IS(X, '"'), FIND_IS(X, 0x7f)))
FIND(token_end, ENDS_TOKEN(x), c <= ' ' || c == ',' || c == '"' || c == 0x7f)
FIND(name_end, _mm_or_si128(ENDS_TOKEN(x), FIND_IS(x, '=')),
     c <= ' ' || c == ',' || c == '"' || c == 0x7f || c == '=')
// in a quoted string: its end, an escape, or what is refused
FIND(quoted_value_stop,
     _mm_or_si128(_mm_or_si128(_mm_or_si128(FIND_IS(x, '"'), FIND_IS(x, '\\')), FIND_IS(x, '\0')),
		  _mm_or_si128(FIND_IS(x, '\r'), FIND_IS(x, '\n'))),
     c == '"' || c == '\\' || c == '\0' || c == '\r' || c == '\n')
// clang-format on

static void slice_skip(struct slice *s, uint32_t n)
{
	s->at += n;
	s->len -= n;
}

static void spaces_skip(struct slice *s)
{
	while (s->len > 0 && is_space(*s->at))
		slice_skip(s, 1);
}

// Take the bytes before `end`.
static struct slice take_up_to(struct slice *s, const char *end)
{
	struct slice token = { s->at, (uint32_t)(end - s->at) };

	slice_skip(s, token.len);
	return token;
}

static struct slice token_take(struct slice *s)
{
	return take_up_to(s, find_token_end(s->at, s->at + s->len));
}

static struct slice name_take(struct slice *s)
{
	return take_up_to(s, find_name_end(s->at, s->at + s->len));
}

static bool is_refused(char c)
{
	return c == '\r' || c == '\n' || c == '\0';
}

// *s begins with the opening quote. Line ends are refused, since the value goes back in a header.
static int quoted_take(struct slice *s, struct slice *out)
{
	const char *const end = s->at + s->len;
	const char *at = find_quoted_value_stop(s->at + 1, end);

	while (at < end && *at == '\\') { // a quoted-pair
		if (++at == end || is_refused(*at))
			return -EBADMSG;
		at = find_quoted_value_stop(at + 1, end);
	}
	if (at == end || *at != '"')
		return -EBADMSG;
	*out = (struct slice){ s->at + 1, (uint32_t)(at - s->at - 1) };
	slice_skip(s, (uint32_t)(at + 1 - s->at));
	return 0;
}

int auth_param_next(struct slice *rest, struct auth_param *out)
{
	while (rest->len > 0 &&
	       (is_space(*rest->at) || *rest->at == ',')) // empty elements are allowed
		slice_skip(rest, 1);
	if (rest->len == 0)
		return 0;

	out->name = name_take(rest);
	spaces_skip(rest);
	if (out->name.len == 0 || rest->len == 0 || *rest->at != '=')
		return -EBADMSG;
	slice_skip(rest, 1);
	spaces_skip(rest);
	if (rest->len > 0 && *rest->at == '"') {
		int rc = quoted_take(rest, &out->value);
		if (rc != 0)
			return rc;
	} else {
		out->value = token_take(rest); // empty: as if it stood in quotes
	}

	spaces_skip(rest);
	return rest->len == 0 || *rest->at == ',' ? 1 : -EBADMSG;
}

static bool slice_is(struct slice s, const char *text)
{
	return text_equal_nocase(s.at, s.len, text, (uint32_t)strlen(text));
}

// Cut the scheme off. Any scheme but Digest is not supported.
static int scheme_take(struct slice *rest)
{
	spaces_skip(rest);
	struct slice scheme = token_take(rest);
	if (!slice_is(scheme, "Digest"))
		return -ENOTSUP;
	return rest->len > 0 && is_space(*rest->at) ? 0 : -EBADMSG;
}

// Choose the best of a list such as "auth,auth-int"; -ENOTSUP when none of it is known. Servers that
// follow RFC 2069 may send an empty list.
static int qop_choose(struct slice list, enum digest_qop *qop)
{
	bool has_auth = false, has_auth_int = false, any = false;

	while (list.len > 0) {
		if (is_space(*list.at) || *list.at == ',') {
			slice_skip(&list, 1);
			continue;
		}
		struct slice name = token_take(&list);
		if (name.len == 0)
			return -EBADMSG;
		any = true;
		has_auth |= slice_is(name, "auth");
		has_auth_int |= slice_is(name, "auth-int");
	}
	if (!any)
		return 0;
	if (!has_auth && !has_auth_int)
		return -ENOTSUP;
	*qop = has_auth ? DIGEST_AUTH : DIGEST_AUTH_INT;
	return 0;
}

// A parameter given twice: the first one counts.
static void slice_set_first(struct slice *to, struct slice value)
{
	if (to->at == NULL)
		*to = value;
}

// An empty value counts as one only when it is in quotes.
static bool is_missing(struct slice value)
{
	return value.at == NULL || (value.len == 0 && value.at[-1] != '"');
}

// What is read of challenges and credentials (RFC 7616 3.3, 3.4). A parameter given twice: the first one
// counts.
struct auth_params {
	struct slice realm, nonce, opaque, algorithm, qop;
	struct slice stale;                           // of a challenge; the last one counts
	struct slice user, uri, response, cnonce, nc; // of credentials
};

static int params_read(struct slice value, struct auth_params *out)
{
	struct auth_param param;
	int rc = scheme_take(&value);

	*out = (struct auth_params){ 0 };
	if (rc != 0)
		return rc;
	while ((rc = auth_param_next(&value, &param)) > 0) {
		if (AUTH_PARAM_IS(param, "realm"))
			slice_set_first(&out->realm, param.value);
		else if (AUTH_PARAM_IS(param, "nonce"))
			slice_set_first(&out->nonce, param.value);
		else if (AUTH_PARAM_IS(param, "opaque"))
			slice_set_first(&out->opaque, param.value);
		else if (AUTH_PARAM_IS(param, "algorithm"))
			slice_set_first(&out->algorithm, param.value);
		else if (AUTH_PARAM_IS(param, "qop"))
			slice_set_first(&out->qop, param.value);
		else if (AUTH_PARAM_IS(param, "stale"))
			out->stale = param.value;
		else if (AUTH_PARAM_IS(param, "username"))
			slice_set_first(&out->user, param.value);
		else if (AUTH_PARAM_IS(param, "uri"))
			slice_set_first(&out->uri, param.value);
		else if (AUTH_PARAM_IS(param, "response"))
			slice_set_first(&out->response, param.value);
		else if (AUTH_PARAM_IS(param, "cnonce"))
			slice_set_first(&out->cnonce, param.value);
		else if (AUTH_PARAM_IS(param, "nc"))
			slice_set_first(&out->nc, param.value);
	}
	return rc;
}

int auth_challenge_read(const char *value, uint32_t len, struct auth_challenge *out)
{
	struct auth_params p;
	int rc = params_read((struct slice){ value, len }, &p);

	*out = (struct auth_challenge){
		.realm = p.realm,
		.nonce = p.nonce,
		.opaque = p.opaque,
		.algorithm = HL_MD5,
		.qop = DIGEST_NO_QOP,
		.stale = slice_is(p.stale, "true"),
	};
	if (rc != 0)
		return rc;
	if (is_missing(p.realm) || is_missing(p.nonce))
		return -EBADMSG;
	if (p.algorithm.len > 0 && !digest_from_name(p.algorithm, &out->algorithm, &out->sess))
		return -ENOTSUP;
	return p.qop.at == NULL ? 0 : qop_choose(p.qop, &out->qop);
}

static bool is_hex8(struct slice s)
{
	char wide[16];
	uint64_t v;

	if (s.len != 8)
		return false;
	memcpy(wide, s.at, 8);
	memset(wide + 8, '0', 8);
	return text_get_hex64(wide, &v);
}

// Check that all required parameters are there and agree with each other (RFC 7616 3.4).
static int credentials_check(struct auth_credentials *c, struct slice algorithm, struct slice qop)
{
	if (c->user.at == NULL || c->realm.at == NULL || c->nonce.at == NULL || c->uri.at == NULL ||
	    c->response.at == NULL)
		return -EBADMSG;
	if (algorithm.at != NULL && !digest_from_name(algorithm, &c->algorithm, &c->sess))
		return -ENOTSUP;
	if (qop.at != NULL) {
		if (slice_is(qop, "auth"))
			c->qop = DIGEST_AUTH;
		else if (slice_is(qop, "auth-int"))
			c->qop = DIGEST_AUTH_INT;
		else
			return -ENOTSUP;
		if (!is_hex8(c->nc))
			return -EBADMSG;
	}
	if ((qop.at != NULL || c->sess) && c->cnonce.at == NULL)
		return -EBADMSG;
	return 0;
}

int auth_credentials_read(const char *value, uint32_t len, struct auth_credentials *out)
{
	struct auth_params p;
	int rc = params_read((struct slice){ value, len }, &p);

	*out = (struct auth_credentials){
		.user = p.user,
		.realm = p.realm,
		.nonce = p.nonce,
		.uri = p.uri,
		.response = p.response,
		.cnonce = p.cnonce,
		.nc = p.nc,
		.opaque = p.opaque,
		.algorithm = HL_MD5,
		.qop = DIGEST_NO_QOP,
	};
	return rc != 0 ? rc : credentials_check(out, p.algorithm, p.qop);
}
