// SPDX-License-Identifier: BSD-3-Clause
// What tests of a profile's policy share: a line that is registered, its requests, and the answers to its probes.
#pragma once

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define CHALLENGE "WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\"\r\n"
#define PROBED "    primary_detect_interval: 5s\n    max_detect_fail_count: 1\n"

static inline bool has_credentials(const struct rig *rig, uint32_t k)
{
	return *rig_header(rig, k, "Authorization") != '\0';
}

static inline void call_id(const struct rig *rig, uint32_t k, char out[64])
{
	snprintf(out, 64, "%s", rig_header(rig, k, "Call-ID"));
}

// A request of a method to a server, from the kth caught one on; rig->n: none.
static inline uint32_t find(const struct rig *rig, uint32_t k, const char *method,
			    const char *server)
{
	while (k < rig->n && (strncmp(rig->sent[k].text, method, strlen(method)) != 0 ||
			      strcmp(rig_server(rig, k), server) != 0))
		k++;
	return k;
}

// Registered at P, what was sent for it forgotten.
static inline struct rig *registered(const char *extra)
{
	struct rig *rig = rig_new(extra, 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "Expires: 120\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_clear(rig);
	return rig;
}

// Let P's next probe come, and answer it.
static inline void answer_probe(struct rig *rig, unsigned status, const char *headers)
{
	rig_clear(rig);
	for (int k = 0; k < 60 && find(rig, 0, "OPTIONS", "P") == rig->n; k++)
		rig_pass(rig, 100 * MS);
	uint32_t k = find(rig, 0, "OPTIONS", "P");
	cr_assert(lt(u32, k, rig->n));
	rig_answer(rig, k, status, headers);
}
