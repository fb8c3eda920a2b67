// SPDX-License-Identifier: BSD-3-Clause
// Realms in use: each text stands once, found by a keyed hash, and is freed when nobody uses it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define AUTH_REALM_BYTES \
	500 // the longest text; a datagram with it, its nonce and opaque still fits
#define AUTH_NO_REALM UINT32_MAX

struct auth_realm {
	uint32_t users;
	uint32_t next; // in its bucket, or among the free ones
	uint32_t len;
	char text[AUTH_REALM_BYTES];
};

// Room for one realm a user, so that it is never full: no server can take another one's place by
// naming many. What is not used is not touched.
struct auth_realms {
	struct auth_realm *realm;
	uint32_t *buckets;
	uint64_t key[2];
	uint32_t room, mask;
	uint32_t n;    // entries that were ever used
	uint32_t free; // first of those that are free again; AUTH_NO_REALM: none
};

// users: how many may hold a realm at once, each but one. Set-up: allocates. False: no memory.
bool auth_realms_init(struct auth_realms *realms, uint32_t users, const uint64_t key[2]);
void auth_realms_free(struct auth_realms *realms);

// One more user of this realm. AUTH_NO_REALM: the text is too long, or more users than agreed.
uint32_t auth_realm_take(struct auth_realms *realms, struct slice text);
// One less; AUTH_NO_REALM is no realm.
void auth_realm_drop(struct auth_realms *realms, uint32_t realm);

static inline struct slice auth_realm_text(const struct auth_realms *realms, uint32_t realm)
{
	const struct auth_realm *entry = &realms->realm[realm];

	return (struct slice){ entry->text, entry->len };
}
