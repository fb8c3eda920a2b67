// SPDX-License-Identifier: BSD-3-Clause
// Where a struct auth keeps its nonce and opaque.
#pragma once

#include "sip/auth.h"

// nonce_len bytes; the opaque with its quotes, opaque_len bytes, follows.
static inline const char *auth_nonce(const struct auth *auth, const char *long_text)
{
	return auth->long_text ? long_text : auth->text;
}
