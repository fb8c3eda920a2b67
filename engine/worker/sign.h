// SPDX-License-Identifier: BSD-3-Clause
// Credentials of requests whose hashes are not in the plan, as those of a REGISTER are.
#pragma once

#include "worker/request.h"

// Put `with` in place of `old`, a part of this text. Returns the text's length then.
uint32_t sign_replace(char *text, uint32_t len, struct slice old, struct slice with);
// The Request-URI of a text.
struct slice sign_uri(const char *text, uint32_t len);
// Put credentials for this Request-URI into a text that was just written, if it has any, and if there is
// room for them and `more` bytes. Returns its length. For roles with writes_credentials.
uint32_t sign_request(struct hl_worker *w, uint32_t i, const struct finish *f, struct slice uri,
		      uint32_t more);
