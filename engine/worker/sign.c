// SPDX-License-Identifier: BSD-3-Clause
// Credentials of requests other than REGISTER: their method and Request-URI are hashed when they leave.
#include "worker/sign.h"

#include <string.h>

#include "worker/challenge.h"
#include "worker/request.h"

uint32_t sign_replace(char *text, uint32_t len, struct slice old, struct slice with)
{
	uint32_t at = (uint32_t)(old.at - text);

	memmove(text + at + with.len, text + at + old.len, len - at - old.len);
	memcpy(text + at, with.at, with.len);
	return len - old.len + with.len;
}

struct slice sign_uri(const char *text, uint32_t len)
{
	const char *at = (const char *)memchr(text, ' ', len) + 1;
	const char *end = memchr(at, ' ', len - (uint32_t)(at - text));

	return (struct slice){ at, (uint32_t)(end - at) };
}

static uint32_t credentials(struct hl_worker *w, uint32_t i, const struct finish *f,
			    struct slice uri, char out[CREDENTIALS_MAX])
{
	const char *name = hl_method_name(f->request->ops->method);
	const struct slice method = { name, (uint32_t)strlen(name) };
	char ha2[HL_DIGEST_ALGORITHMS][2][DIGEST_HEX_MAX];
	const struct credentials_for request = { f->request->server, uri, f->cnonce,
						 (const char(*)[2][DIGEST_HEX_MAX])ha2 };

	for (int algorithm = 0; algorithm < HL_DIGEST_ALGORITHMS; algorithm++)
		for (int auth_int = 0; auth_int < 2; auth_int++)
			digest_ha2(w->digest, (enum hl_digest_algorithm)algorithm, method, uri,
				   auth_int, ha2[algorithm][auth_int]);
	return challenge_credentials(w, i, &request, out);
}

uint32_t sign_request(struct hl_worker *w, uint32_t i, const struct finish *f, struct slice uri,
		      uint32_t more)
{
	const struct slice place = { f->out + f->text->auth_at, 0 };
	char text[CREDENTIALS_MAX];

	if (!f->request->with_auth)
		return f->len;
	struct slice auth = { text, credentials(w, i, f, uri, text) };
	if (f->len + more + auth.len > w->constants->message_room) // as for a REGISTER
		return f->len;
	return sign_replace(f->out, f->len, place, auth);
}
