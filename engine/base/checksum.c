// SPDX-License-Identifier: BSD-3-Clause
// The Internet checksum in plain C: eight bytes a step, summed in the machine's own byte order.
#include "base/checksum.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "checksum_add() swaps its sum");

static inline uint64_t load_native64(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, 8);
	return v;
}

// Both halves of a 64-bit word: adding 32-bit words to a 64-bit sum needs no carry.
static inline uint64_t halves(uint64_t v)
{
	return (v & 0xffffffff) + (v >> 32);
}

static inline uint16_t fold(uint64_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

// The sum is the same in either byte order, but for a swap at the end (RFC 1071 2(B)), and so are
// wider words, since 2^16 = 1 modulo 0xffff. Four sums: no addition waits for another.
uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, uint32_t len)
{
	uint64_t a = 0, b = 0, c = 0, d = 0;

	for (; len >= 32; len -= 32, bytes += 32) {
		a += halves(load_native64(bytes));
		b += halves(load_native64(bytes + 8));
		c += halves(load_native64(bytes + 16));
		d += halves(load_native64(bytes + 24));
	}
	for (; len >= 8; len -= 8, bytes += 8)
		a += halves(load_native64(bytes));
	if (len >= 4) {
		uint32_t v;
		memcpy(&v, bytes, 4);
		b += v;
		bytes += 4;
		len -= 4;
	}
	if (len >= 2) {
		uint16_t v;
		memcpy(&v, bytes, 2);
		c += v;
		bytes += 2;
		len -= 2;
	}
	if (len == 1)
		d += *bytes; // the first half of a word whose second is 0
	return sum + __builtin_bswap16(fold(a + b + c + d));
}

uint16_t checksum_finish(uint64_t sum)
{
	return (uint16_t)~fold(sum);
}

uint64_t checksum_pseudo_ipv4(const uint8_t src[4], const uint8_t dst[4], uint8_t protocol,
			      uint16_t len)
{
	return (uint64_t)load_be32(src) + load_be32(dst) + protocol + len;
}
