// SPDX-License-Identifier: BSD-3-Clause
// Phone numbers as people name them: one, a range, or a list that says which lines are traced.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Point into the text that they were read from. The same: one number.
struct hl_numbers {
	const char *first, *last;
	uint32_t first_len, last_len;
};

/** Read "6000" or "6000-6099". What has a dash and no digits on both sides is one number.
 * @return 0; -EINVAL: it is empty; -ERANGE: it is backwards */
int hl_numbers_parse(const char *text, uint32_t len, struct hl_numbers *numbers);

/** Digits count as numbers of their width, so that 098 lies between 097 and 099, and not beside 98. */
bool hl_numbers_hold(const struct hl_numbers *numbers, const char *number, uint32_t len);

#define HL_TRACED_MAX 64

// Which lines are traced.
struct hl_traced {
	uint32_t one_in; // 1: all lines; N: one in so many, by their place; 0: those of `numbers`
	uint32_t n;
	struct hl_numbers numbers[HL_TRACED_MAX]; // point into the text
};

/** Read "all", "1/100", or numbers and ranges by comma, as in "6000-6099, 7001".
 * @param wrong  out: what cannot be read, in the text, and its length
 * @return 0; -EINVAL; -ERANGE: a range is backwards, or N is outside 1..HL_LINES_MAX; -E2BIG: more than
 * HL_TRACED_MAX ranges */
int hl_traced_parse(const char *text, struct hl_traced *traced, const char **wrong,
		    uint32_t *wrong_len);

/** Is a line traced, by its place in the plan and its number? */
bool hl_traced_holds(const struct hl_traced *traced, uint32_t slot, const char *number,
		     uint32_t len);
