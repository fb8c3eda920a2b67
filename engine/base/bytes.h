// SPDX-License-Identifier: BSD-3-Clause
// Big-endian loads and stores on unaligned bytes; fixed-width decimal and hexadecimal text.
#pragma once

#include <stdint.h>
#include <string.h>

static inline uint16_t load_be16(const uint8_t *p)
{
	uint16_t v;
	memcpy(&v, p, 2);
	return __builtin_bswap16(v);
}

static inline uint32_t load_be32(const uint8_t *p)
{
	uint32_t v;
	memcpy(&v, p, 4);
	return __builtin_bswap32(v);
}

static inline uint64_t load_be64(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, 8);
	return __builtin_bswap64(v);
}

static inline void store_be64(uint8_t *p, uint64_t v)
{
	v = __builtin_bswap64(v);
	memcpy(p, &v, 8);
}

static inline void store_be16(uint8_t *p, uint16_t v)
{
	v = __builtin_bswap16(v);
	memcpy(p, &v, 2);
}

static inline void store_be32(uint8_t *p, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(p, &v, 4);
}

// n bytes with two moves that overlap, instead of a call; more than 32 are left to memcpy(). Beyond 16
// the first sixteen go by themselves, as they were written.
static inline void copy_short(char *out, const char *from, uint32_t n)
{
#define COPY_ENDS(WIDTH) \
	do { \
		char first[WIDTH], last[WIDTH]; \
		memcpy(first, from, WIDTH); \
		memcpy(last, from + n - (WIDTH), WIDTH); \
		memcpy(out, first, WIDTH); \
		memcpy(out + n - (WIDTH), last, WIDTH); \
	} while (0)
	if (n > 32) {
		memcpy(out, from, n);
		return;
	}
	if (n > 16) {
		char first[16];
		memcpy(first, from, 16);
		memcpy(out, first, 16);
		out += 16;
		from += 16;
		n -= 16;
	}
	if (n >= 8)
		COPY_ENDS(8);
	else if (n >= 4)
		COPY_ENDS(4);
	else if (n >= 2)
		COPY_ENDS(2);
	else if (n == 1)
		*out = *from;
#undef COPY_ENDS
}
