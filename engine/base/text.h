// SPDX-License-Identifier: BSD-3-Clause
// Fixed-width numbers as text, and text as numbers. No locale, no NUL.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A piece of a text that somebody else owns.
struct slice {
	const char *at;
	uint32_t len;
};

// v as exactly `width` decimal digits, zeros in front
void text_put_decimal(char *out, uint32_t v, unsigned width);
// the same into more room than the width, so that what is copied out of it comes from one store:
// 0..8 digits, and 9 or 10
#define TEXT_DECIMAL_ROOM 16
void text_put_decimal_short(char out[8], uint32_t v, unsigned width);
void text_put_decimal_wide(char out[TEXT_DECIMAL_ROOM], uint32_t v, unsigned width);
// v right-justified, spaces in front
void text_put_padded(char *out, uint32_t v, unsigned width);
// shortest decimal; returns its length (at most 10)
unsigned text_put_number(char *out, uint32_t v);
// bytes as lower-case hex, 2 * n characters
void text_put_hex(char *out, const uint8_t *bytes, unsigned n);
// digits only, at least one; larger numbers become UINT32_MAX (RFC 3261 sets no limit)
bool text_get_number(const char *in, uint32_t len, uint32_t *v);
// a number with up to three decimals, times 1000; returns how many characters it has, 0: it is none
uint32_t text_get_thousandths(const char *in, uint32_t len, uint64_t *v);

bool text_equal_nocase(const char *a, uint32_t a_len, const char *b, uint32_t b_len);
