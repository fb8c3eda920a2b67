// SPDX-License-Identifier: BSD-3-Clause
// What tests of digest at a line share: a line that registers, and its credentials, computed again and compared.
#pragma once

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "response_check.h"
#include "rig.h"

#define WWW "WWW-Authenticate: Digest realm=\"lab\", nonce="
#define PROXY "Proxy-Authenticate: Digest realm=\"edge\", nonce="

// The kth request has good credentials for this nonce in this header; nc is what it should be.
static inline bool answers(const struct rig *rig, uint32_t k, const char *header, const char *nonce,
			   const char *nc, struct auth_credentials *out)
{
	const char *value = rig_header(rig, k, header);
	struct digest *d = digest_new();
	struct auth_credentials c;
	bool good;

	good = auth_credentials_read(value, (uint32_t)strlen(value), &c) == 0 &&
	       c.nonce.len == strlen(nonce) && memcmp(c.nonce.at, nonce, c.nonce.len) == 0 &&
	       response_right(d, &c) &&
	       (c.qop == DIGEST_NO_QOP ? c.nc.len == 0
				       : c.nc.len == 8 && memcmp(c.nc.at, nc, 8) == 0);
	digest_free(d);
	if (out)
		*out = c;
	return good;
}

static inline bool has(const struct rig *rig, uint32_t k, const char *header)
{
	return *rig_header(rig, k, header) != '\0';
}

static inline struct rig *registering(const char *extra)
{
	struct rig *rig = rig_new(extra, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(eq(u32, rig->n, 1));
	return rig;
}

// The refresh of a registration that was granted 60 s.
static inline void refresh(struct rig *rig)
{
	rig_answer(rig, rig->n - 1, 200, "Expires: 60\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_clear(rig);
	for (int k = 0; k < 320 && rig->n == 0; k++)
		rig_pass(rig, 100 * MS);
	cr_assert(eq(u32, rig->n, 1));
}

// The credentials of that realm in the kth request.
static inline bool answers_realm(const struct rig *rig, uint32_t k, const char *header,
				 const char *realm, const char *nonce)
{
	char want[96], *line = NULL;

	snprintf(want, sizeof(want), "realm=\"%s\", nonce=\"%s\"", realm, nonce);
	for (const char *at = rig->sent[k].text; (at = strstr(at, header)) != NULL; at++) {
		line = strndup(at, strcspn(at, "\r"));
		bool found = strncmp(line, header, strlen(header)) == 0 && strstr(line, want);
		free(line);
		if (found)
			return true;
	}
	return false;
}
