// SPDX-License-Identifier: BSD-3-Clause
// The name=value lists of challenges, credentials and Authentication-Info (RFC 7616 3.3 to 3.5).
#pragma once

#include <stdbool.h>

#include "base/text.h"
#include "sip/value.h"

struct auth_param {
	struct slice name, value; // value without its quotes, escapes as they stand
};

// Take the next parameter from the front of *rest. 1: there is one; 0: the end; -EBADMSG.
int auth_param_next(struct slice *rest, struct auth_param *out);

// True for the parameter called NAME, a literal in lower case.
#define AUTH_PARAM_IS(PARAM, NAME) \
	((PARAM).name.len == sizeof(NAME) - 1 && \
	 letters_are((PARAM).name.at, NAME, sizeof(NAME) - 1))
