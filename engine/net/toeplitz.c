// SPDX-License-Identifier: BSD-3-Clause
// Tables of the RSS hash, from a key.
#include "net/toeplitz.h"

#include <errno.h>
#include <stdbool.h>

#include "base/bytes.h"

int toeplitz_init(struct toeplitz *t, const uint8_t *key, uint32_t key_len, enum hl_family family)
{
	const bool ipv6 = family == HL_FAMILY_IPV6;

	if (key_len < (ipv6 ? TOEPLITZ_KEY_MIN_IPV6 : TOEPLITZ_KEY_MIN))
		return -EINVAL;
	t->addr_len = ipv6 ? 16 : 4;
	t->src = 0;
	t->dst = t->addr_len;
	t->src_port = 2 * t->addr_len;
	t->dst_port = t->src_port + 2;
	for (uint32_t i = 0; i < t->dst_port + 2u; i++) {
		// A bit of the input contributes the 32 bits of the key that begin where it stands.
		uint64_t window = (uint64_t)load_be32(key + i) << 8 | key[i + 4];

		t->share[i][0] = 0;
		for (uint32_t v = 1; v < 256; v++)
			t->share[i][v] = t->share[i][v & (v - 1)] ^
					 (uint32_t)(window >> (1 + __builtin_ctz(v)));
	}
	return 0;
}
