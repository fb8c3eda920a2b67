// SPDX-License-Identifier: BSD-3-Clause
// The response of credentials computed again from what they say (RFC 7616 3.4.1): for tests of those who
// write them and of those who check them.
#pragma once

#include <stdbool.h>
#include <string.h>

#include "sip/auth.h"

static inline struct slice slice_of(const char *text)
{
	return (struct slice){ text, (uint32_t)strlen(text) };
}

// True when they answer for a REGISTER with the password "secret".
static inline bool response_right(struct digest *d, const struct auth_credentials *c)
{
	char ha2[DIGEST_HEX_MAX], response[DIGEST_HEX_MAX];
	uint8_t ha1[DIGEST_RAW_MAX];
	const struct digest_input input = {
		.algorithm = c->algorithm,
		.qop = c->qop,
		.ha1 = ha1,
		.nonce = c->nonce,
		.cnonce = c->cnonce,
		.nc = c->nc.at,
		.ha2_hex = ha2,
	};

	digest_ha1(d, c->algorithm, c->user, c->realm, slice_of("secret"), ha1);
	if (c->sess)
		digest_ha1_sess(d, c->algorithm, ha1, c->nonce, c->cnonce, ha1);
	digest_ha2(d, c->algorithm, slice_of("REGISTER"), c->uri, c->qop == DIGEST_AUTH_INT, ha2);
	digest_response(d, &input, response);
	return c->response.len == digest_hex_len(c->algorithm) &&
	       memcmp(c->response.at, response, c->response.len) == 0;
}
