// SPDX-License-Identifier: BSD-3-Clause
// Nonces that need no memory (the scheme of RFC 7616 3.3, with SipHash as the keyed hash).
#include "registrar/nonce.h"

#include "base/siphash.h"

void nonce_write(const uint64_t key[2], uint64_t now_ns, char out[NONCE_LEN])
{
	text_put_hex64(out, now_ns);
	text_put_hex64(out + 16, siphash_u64(key, now_ns));
}

enum nonce_state nonce_check(const uint64_t key[2], struct slice nonce, uint64_t life_ns,
			     uint64_t now_ns, uint64_t *made)
{
	uint64_t made_ns, mac;

	if (nonce.len != NONCE_LEN || !text_get_hex64(nonce.at, &made_ns) ||
	    !text_get_hex64(nonce.at + 16, &mac) || mac != siphash_u64(key, made_ns))
		return NONCE_FOREIGN;
	if (made != NULL)
		*made = made_ns;
	return now_ns <= made_ns + life_ns ? NONCE_FRESH : NONCE_STALE;
}
