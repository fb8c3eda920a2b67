// SPDX-License-Identifier: BSD-3-Clause
// What tests of the subscription to the own registration share: lines that have asked for one, and the answer.
#pragma once

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define SUBSCRIBE_1000_S "    register_subscribe: on\n    register_subscribe_interval: 1000\n"
#define CHALLENGE(NONCE) \
	"WWW-Authenticate: Digest realm=\"lab\", nonce=\"" NONCE "\", qop=\"auth\"\r\n"
#define CONTACT "Contact: <sip:reg@10.99.0.1:5080;x=y>\r\n"

static inline bool contains(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

static inline void md5_text(const char *text, char hex[33])
{
	unsigned char hash[EVP_MAX_MD_SIZE];

	EVP_Digest(text, strlen(text), hash, NULL, EVP_md5(), NULL);
	for (int k = 0; k < 16; k++)
		snprintf(hex + 2 * k, 3, "%02x", hash[k]);
}

// The last SUBSCRIBE that was caught.
static inline uint32_t last(const struct rig *rig)
{
	for (uint32_t k = rig->n; k-- > 0;)
		if (strncmp(rig->sent[k].text, "SUBSCRIBE ", 10) == 0)
			return k;
	cr_assert(false, "no SUBSCRIBE among %u frames", rig->n);
	return 0;
}

static inline uint32_t subscribes(const struct rig *rig)
{
	return (uint32_t)rig_count(&rig_counters(rig)->requests[HL_SUBSCRIBE]);
}

// Registered at P; the SUBSCRIBE has left.
static inline struct rig *asked(const char *extra)
{
	struct rig *rig = rig_new(extra, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "Expires: 100000\r\n");
	cr_assert(eq(u32, rig->n, 2));
	cr_assert(eq(u32, last(rig), 1));
	return rig;
}

// 200 to the last SUBSCRIBE, with a tag of the server's.
static inline void grant(struct rig *rig, const char *headers)
{
	rig_answer_changed(rig, last(rig), 200, headers, "@10.99.0.1>\r\nCall-ID",
			   "@10.99.0.1>;tag=srv-1\r\nCall-ID");
}

static inline struct rig *subscribed(const char *extra)
{
	struct rig *rig = asked(extra);

	grant(rig, "Expires: 1000\r\n" CONTACT);
	return rig;
}
