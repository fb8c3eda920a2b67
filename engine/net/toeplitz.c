// SPDX-License-Identifier: BSD-3-Clause
// Tables of the RSS hash, from a key.
#include "net/toeplitz.h"

#include <errno.h>

#include "base/bytes.h"

int toeplitz_init(struct toeplitz *t, const uint8_t *key, uint32_t key_len)
{
	if (key_len < TOEPLITZ_KEY_MIN)
		return -EINVAL;
	for (uint32_t i = 0; i < TOEPLITZ_BYTES; i++) {
		// A bit of the input contributes the 32 bits of the key that begin where it stands.
		uint64_t window = (uint64_t)load_be32(key + i) << 8 | key[i + 4];

		t->share[i][0] = 0;
		for (uint32_t v = 1; v < 256; v++)
			t->share[i][v] = t->share[i][v & (v - 1)] ^
					 (uint32_t)(window >> (1 + __builtin_ctz(v)));
	}
	return 0;
}
