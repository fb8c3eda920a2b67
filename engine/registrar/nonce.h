// SPDX-License-Identifier: BSD-3-Clause
// A nonce is a time, a serial number and a keyed MAC of both. For the latest ones, a table remembers
// which counts (nc) were used.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define NONCE_LEN 32

enum nonce_state {
	NONCE_FOREIGN, // not made by this server
	NONCE_STALE,   // made by it, too long ago, or so many ago that its counts are forgotten
	NONCE_FRESH,
};

// Counts of one nonce.
struct nonce_slot {
	uint64_t seen;       // bit n: nc = highest - n was used
	uint32_t highest;    // nc; 0: not used yet
	uint32_t tag;        // of the nonce whose slot it is
	uint32_t request;    // hash of the request that was accepted last
	uint32_t request_at; // when, about milliseconds
};

struct nonces {
	uint64_t key[2];
	struct nonce_slot *slots; // that of a nonce: its serial number & mask
	uint32_t mask, serial;
};

// `size`: how many nonces are remembered, rounded up to a power of two. 0, -ENOMEM
int nonces_init(struct nonces *nonces, const uint64_t key[2], uint32_t size);
void nonces_free(struct nonces *nonces);
// Make all nonces that were given out foreign.
void nonces_forget(struct nonces *nonces);

void nonce_write(struct nonces *nonces, uint64_t now_ns, char out[NONCE_LEN]);

// *slot is set for a fresh nonce, to be passed to nonce_use().
enum nonce_state nonce_check(const struct nonces *nonces, struct slice nonce, uint64_t life_ns,
			     uint64_t now_ns, struct nonce_slot **slot);

// What a request with a correct response uses up.
struct nonce_use {
	uint32_t nc;      // 0: it has none (RFC 2069)
	uint32_t request; // hash of all that a retransmission has in common with it
	bool one_time;    // the nonce is good for one request
	uint64_t now_ns;
};

// False: a replay (RFC 7616 3.4, nc), or an nc too far below the highest to tell. A retransmission of
// the request that was accepted last is not a replay.
bool nonce_use(struct nonce_slot *slot, const struct nonce_use *use);
