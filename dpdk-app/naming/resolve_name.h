// SPDX-License-Identifier: BSD-3-Clause
// From the name of a server to its targets (RFC 3263).
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

// ARES_SUCCESS; else what DNS said to *failed. Answers are tried in this order: NAPTR (only when
// asked for), SRV (not when A was asked for), A with the port given.
int name_resolve(struct query *q, const char *host, uint16_t port, enum hl_dns_type type,
		 struct answer *out, struct question *failed);
