// SPDX-License-Identifier: BSD-3-Clause
// The messages of a profile and a domain, as osip2 writes them: with marks for what differs by line.
#pragma once

#include <heartline/config.h>
#include "sip/build.h"
#include "worker/constants.h"

struct message {
	char text[BUILD_TEXT_MAX];
	uint32_t len; // 0: there is none: no backup, or no line sends it
};

struct messages {
	struct message of[HL_SERVERS][PLAN_TEXTS];
};

// made: what was made of the profile, which says what its lines send. via: the token of the transport.
// 0; -EINVAL, -ENOMEM with a message that names the profile.
int messages_write(const struct hl_profile *profile, const struct plan_profile *made,
		   const char *domain, const char *via, struct messages *out, struct hl_error *err);

// The domain as a text, which domain->uri has room for.
void domain_text(const struct plan_domain *domain, char *out);

// The Request-URI of a REGISTER.
int messages_uri(const struct hl_profile *profile, const char *domain, char *out, uint32_t room);
