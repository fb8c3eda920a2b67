// SPDX-License-Identifier: BSD-3-Clause
// Nonces that need no memory: a time and a keyed MAC of it, the key is the server's own.
#pragma once

#include <stdint.h>

#include "base/text.h"

#define NONCE_LEN 32

enum nonce_state {
	NONCE_FOREIGN, // not made by this server
	NONCE_STALE,   // made by it, too long ago
	NONCE_FRESH,
};

void nonce_write(const uint64_t key[2], uint64_t now_ns, char out[NONCE_LEN]);
// *made (NULL: not wanted) is filled unless it is foreign.
enum nonce_state nonce_check(const uint64_t key[2], struct slice nonce, uint64_t life_ns,
			     uint64_t now_ns, uint64_t *made);
