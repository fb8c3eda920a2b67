// SPDX-License-Identifier: BSD-3-Clause
// SIP status codes: reason phrases, what each means as the answer to a REGISTER, sets of them.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define HL_CODE_FIRST 100
#define HL_CODE_LAST 699

// The classes of FAILOVER.md section 2.
enum hl_code_class {
	HL_CLASS_PROVISIONAL,
	HL_CLASS_ALIVE,
	HL_CLASS_REDIRECT,
	HL_CLASS_CHALLENGE,
	HL_CLASS_BRIEF,
	HL_CLASS_FAIL,
	HL_CLASS_TEMP,
	HL_CLASS_REJ,
	HL_CODE_CLASSES,
};

/** What an answer to a REGISTER means. A code without an entry of its own means what the first of its
 * hundred means (RFC 3261 8.1.3.2). */
enum hl_code_class hl_code_class(unsigned status);

/**
 * Reason phrase of a status code as it is registered; that of the first of its hundred when it is
 * not; "Unknown" outside 100..699.
 */
const char *hl_code_phrase(unsigned status);

/** Is it a registered code, with a phrase of its own? */
bool hl_code_registered(unsigned status);

/** "FAIL" and so on, and what a line does about it. */
const char *hl_code_class_name(enum hl_code_class class);
const char *hl_code_class_meaning(enum hl_code_class class);

#define HL_CODE_RANGES_ROOM 256
/** All codes of a class: "405, 408, 481-483, 5xx". */
void hl_code_class_ranges(enum hl_code_class class, char out[HL_CODE_RANGES_ROOM]);

#define HL_CODES_FIRST 200
#define HL_CODES_LAST 699

// A set of final codes: a bit for each from 200 to 699.
struct hl_codes {
	uint64_t bits[(HL_CODES_LAST - HL_CODES_FIRST) / 64 + 1];
};

static inline void hl_codes_add(struct hl_codes *codes, unsigned status)
{
	unsigned bit = status - HL_CODES_FIRST;

	if (bit <= HL_CODES_LAST - HL_CODES_FIRST)
		codes->bits[bit / 64] |= 1ull << bit % 64;
}

static inline bool hl_codes_hold(const struct hl_codes *codes, unsigned status)
{
	unsigned bit = status - HL_CODES_FIRST;

	return bit <= HL_CODES_LAST - HL_CODES_FIRST && codes->bits[bit / 64] >> bit % 64 & 1;
}
