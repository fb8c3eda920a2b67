// SPDX-License-Identifier: BSD-3-Clause
// The table of realms: chains of a hash table, links are indexes.
#include "sip/realms.h"

#include <string.h>

#include "base/memory.h"
#include "base/siphash.h"

bool auth_realms_init(struct auth_realms *realms, uint32_t users, const uint64_t key[2])
{
	uint32_t buckets = 64;

	while (buckets < users && buckets < 1u << 31)
		buckets <<= 1;
	*realms = (struct auth_realms){
		.realm = memory_zalloc((size_t)users + 1, sizeof(struct auth_realm), 64),
		.buckets = memory_zalloc(buckets, sizeof(uint32_t), 64),
		.key = { key[0], key[1] },
		.room = users + 1, // one is taken before another one is dropped
		.mask = buckets - 1,
		.free = AUTH_NO_REALM,
	};
	return realms->realm != NULL && realms->buckets != NULL;
}

void auth_realms_free(struct auth_realms *realms)
{
	memory_free(realms->buckets);
	memory_free(realms->realm);
	*realms = (struct auth_realms){ 0 };
}

// Links are one more than the index, so that 0 ends a chain and untouched memory is an empty table.
static uint32_t *bucket_of(const struct auth_realms *realms, struct slice text)
{
	return &realms->buckets[siphash(realms->key, text.at, text.len) & realms->mask];
}

static uint32_t entry_new(struct auth_realms *realms)
{
	uint32_t realm = realms->free;

	if (realm == AUTH_NO_REALM)
		return realms->n < realms->room ? realms->n++ : AUTH_NO_REALM;
	realms->free = realms->realm[realm].next;
	return realm;
}

uint32_t auth_realm_take(struct auth_realms *realms, struct slice text)
{
	if (text.len > AUTH_REALM_BYTES)
		return AUTH_NO_REALM;
	uint32_t *bucket = bucket_of(realms, text);
	for (uint32_t link = *bucket; link != 0; link = realms->realm[link - 1].next) {
		struct auth_realm *entry = &realms->realm[link - 1];

		if (entry->len == text.len && memcmp(entry->text, text.at, text.len) == 0) {
			entry->users++;
			return link - 1;
		}
	}
	uint32_t realm = entry_new(realms);
	if (realm == AUTH_NO_REALM)
		return realm;
	struct auth_realm *entry = &realms->realm[realm];
	entry->users = 1;
	entry->len = text.len;
	memcpy(entry->text, text.at, text.len);
	entry->next = *bucket;
	*bucket = realm + 1;
	return realm;
}

void auth_realm_drop(struct auth_realms *realms, uint32_t realm)
{
	if (realm == AUTH_NO_REALM || --realms->realm[realm].users > 0)
		return;
	uint32_t *link = bucket_of(realms, auth_realm_text(realms, realm));
	while (*link != realm + 1)
		link = &realms->realm[*link - 1].next;
	*link = realms->realm[realm].next;
	realms->realm[realm].next = realms->free;
	realms->free = realm;
}
