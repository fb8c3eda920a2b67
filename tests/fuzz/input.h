// SPDX-License-Identifier: BSD-3-Clause
// The bytes of one input, taken piece by piece; when they are used up, everything is 0 and empty.
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

struct input {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t input_u8(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->at++;
}

static inline uint16_t input_u16(struct input *in)
{
	uint8_t high = input_u8(in);

	return (uint16_t)(high << 8 | input_u8(in));
}

// A piece with its length in front, cut to what is left and to `most`. In memory of its own, so that a sanitizer
// sees a read past its end: free() it.
static inline uint8_t *input_piece(struct input *in, size_t most, uint16_t *len)
{
	size_t n = input_u16(in);

	n = n < in->left ? n : in->left;
	n = n < most ? n : most;
	uint8_t *copy = malloc(n);
	if (n)
		memcpy(copy, in->at, n);
	in->at += n;
	in->left -= n;
	*len = (uint16_t)n;
	return copy;
}

// All that is left, likewise.
static inline uint8_t *input_rest(struct input *in, size_t most, uint16_t *len)
{
	size_t n = in->left < most ? in->left : most;
	uint8_t *copy = malloc(n);

	if (n)
		memcpy(copy, in->at, n);
	in->left = 0;
	*len = (uint16_t)n;
	return copy;
}

// What a target demands; the input that breaks it is kept.
#define MUST(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
