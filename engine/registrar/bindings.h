// SPDX-License-Identifier: BSD-3-Clause
// The bindings of one server: a table made at set-up, keyed by AoR and contact URI.
#pragma once

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/siphash.h"
#include "base/text.h"

#define BINDING_CONTACT_MAX 89 // longest contact URI
#define BINDINGS_PER_AOR_MAX 8 // live contacts

// A binding that has ended stays for the time in which copies of an older request may still arrive
// (timer J, RFC 3261 17.2.2): they must find its CSeq, or they would bring it back to life.
#define BINDING_LINGER_NS 32000000000ull

// Keyed hash of an AoR (RFC 3261 10.3, step 5): of its host the case does not count (19.1.4).
static inline uint64_t aor_hash(const uint64_t key[2], struct slice user, struct slice host)
{
	uint64_t of_host = host.len;

	for (uint32_t i = 0; i < host.len; i++) // no two bytes of host names but letters become one
		of_host = (of_host ^ (uint8_t)(host.at[i] | 0x20)) * 0x100000001b3;

	const uint64_t domain_key[2] = { key[0] ^ of_host, key[1] };
	return siphash(domain_key, user.at, user.len);
}

struct binding {
	uint64_t aor;        // keyed hash
	uint64_t call_id;    // keyed hash, of the request that wrote it last
	uint64_t expires_ns; // alive before
	uint32_t cseq;
	uint32_t generation; // other than the table's: a free slot
	uint8_t contact_len;
	bool counted; // among the live ones
	char contact[BINDING_CONTACT_MAX];
};
static_assert(sizeof(struct binding) <= 128, "two cache lines");

struct bindings {
	struct binding *slots; // open addressing, linear: all contacts of an AoR are in one run
	uint32_t n_slots;
	uint32_t capacity;         // live ones
	uint32_t live, used;       // used: live ones and those that linger
	uint32_t generation;       // raised to forget all at once
	uint32_t sweep_slot;       // next one to look at
	uint64_t sweep_ns;         // time up to which slots were looked at
	_Atomic uint64_t *counter; // follows `live`
};

int bindings_init(struct bindings *table, uint32_t capacity, _Atomic uint64_t *counter);
void bindings_free(struct bindings *table);

// Forget everything, in constant time.
void bindings_wipe(struct bindings *table);

// A walk over the bindings of one AoR, dead ones included. Starts at { 0 }.
struct binding_walk {
	uint32_t slot, steps;
};
struct binding *bindings_walk(struct bindings *table, struct binding_walk *walk, uint64_t aor,
			      uint64_t now_ns);

static inline bool binding_live(const struct binding *b, uint64_t now_ns)
{
	return now_ns < b->expires_ns;
}

// The binding of an AoR and a contact URI, dead or alive; NULL: none.
struct binding *bindings_find(struct bindings *table, uint64_t aor, struct slice contact,
			      uint64_t now_ns);

// True when there is room for n more live bindings.
bool bindings_room(struct bindings *table, uint32_t n, uint64_t now_ns);

// Find or make a binding and let it live until expires_ns. NULL: the table is full.
struct binding *bindings_put(struct bindings *table, uint64_t aor, struct slice contact,
			     uint64_t expires_ns, uint64_t now_ns);

// End a binding now; it lingers.
void binding_end(struct bindings *table, struct binding *b, uint64_t now_ns);

// Look at some slots, so that the whole table is passed in some seconds.
void bindings_sweep(struct bindings *table, uint64_t now_ns);
