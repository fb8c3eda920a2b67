// SPDX-License-Identifier: BSD-3-Clause
// Resolves the name of a server to its targets (RFC 3263).
#pragma once

#include <heartline/config.h>
#include <heartline/plan.h>

#include "naming/resolve_query.h"

#define DNS_NAME_MAX 256

struct answer {
	struct hl_target targets[HL_TARGETS_MAX];
	uint32_t n;
	uint32_t ttl_s;
};

// The question that failed, for messages.
struct question {
	char name[DNS_NAME_MAX];
	const char *type;
};

// Tries in this order: NAPTR (only if `type` says so), SRV (not if it says A), A with the given
// port; AAAA in its place where the query is for IPv6.
// @return ARES_SUCCESS; otherwise the error of the question in *failed
int name_resolve(struct query *q, const char *host, uint16_t port, enum hl_dns_type type,
		 struct answer *out, struct question *failed);
