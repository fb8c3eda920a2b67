// SPDX-License-Identifier: BSD-3-Clause
// Serial numbers use the slots in turn, so the counts of the oldest nonce are forgotten first.
#include "registrar/nonce.h"

#include <errno.h>

#include "base/hex.h"
#include "base/memory.h"
#include "base/siphash.h"

#define UNIT_BITS 20   // a unit of time is 2^20 ns, about a millisecond
#define SERIAL_BITS 28 // below the time, which has 36 bits and wraps after two years
#define SLOTS_MAX (1u << (SERIAL_BITS - 1))
#define WINDOW 64         // bits of `seen`
#define TRANSACTION_S 32u // how late a retransmission may come (RFC 3261 17.2.2, timer J)

static uint64_t units_of(uint64_t ns)
{
	return ns >> UNIT_BITS;
}

int nonces_init(struct nonces *nonces, const uint64_t key[2], uint32_t size)
{
	uint32_t n = 64;

	while (n < size && n < SLOTS_MAX)
		n <<= 1;
	*nonces = (struct nonces){ .key = { key[0], key[1] }, .mask = n - 1 };
	nonces->slots = memory_zalloc(n, sizeof(*nonces->slots), 64);
	return nonces->slots != NULL ? 0 : -ENOMEM;
}

void nonces_free(struct nonces *nonces)
{
	memory_free(nonces->slots);
	nonces->slots = NULL;
}

void nonces_forget(struct nonces *nonces)
{
	siphash_derive(nonces->key, 0, nonces->key);
}

void nonce_write(struct nonces *nonces, uint64_t now_ns, char out[NONCE_LEN])
{
	uint32_t serial = nonces->serial++ & ((1u << SERIAL_BITS) - 1);
	uint64_t body = units_of(now_ns) << SERIAL_BITS | serial;
	uint64_t mac = siphash_u64(nonces->key, body);

	nonces->slots[serial & nonces->mask] = (struct nonce_slot){ .tag = (uint32_t)mac };
	text_put_hex64(out, body);
	text_put_hex64(out + 16, mac);
}

enum nonce_state nonce_check(const struct nonces *nonces, struct slice nonce, uint64_t life_ns,
			     uint64_t now_ns, struct nonce_slot **slot)
{
	uint64_t body, mac;

	if (nonce.len != NONCE_LEN || !text_get_hex64(nonce.at, &body) ||
	    !text_get_hex64(nonce.at + 16, &mac) || mac != siphash_u64(nonces->key, body))
		return NONCE_FOREIGN;
	// both times are rounded down
	uint64_t age = (units_of(now_ns) << SERIAL_BITS) - body +
		       (body & ((1u << SERIAL_BITS) - 1));
	if (age >> SERIAL_BITS > units_of(life_ns) + 1)
		return NONCE_STALE;
	*slot = &nonces->slots[body & nonces->mask];
	return (*slot)->tag == (uint32_t)mac ? NONCE_FRESH : NONCE_STALE;
}

bool nonce_use(struct nonce_slot *slot, const struct nonce_use *use)
{
	uint32_t now = (uint32_t)units_of(use->now_ns);
	uint32_t nc = use->one_time ? 1 : use->nc;

	if (slot->highest != 0 && slot->request == use->request &&
	    now - slot->request_at <= units_of(TRANSACTION_S * 1000000000ull))
		return true;
	if (!use->one_time && nc == 0)
		return true;
	if (nc > slot->highest) {
		uint32_t step = nc - slot->highest;

		slot->seen = (step < WINDOW ? slot->seen << step : 0) | 1;
		slot->highest = nc;
	} else {
		uint32_t below = slot->highest - nc;

		if (below >= WINDOW || slot->seen >> below & 1)
			return false;
		slot->seen |= 1ull << below;
	}
	slot->request = use->request;
	slot->request_at = now;
	return true;
}
