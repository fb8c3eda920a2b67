// SPDX-License-Identifier: BSD-3-Clause
// Via branch <-> line: fixed width, one decode away, and not to be forged.
//
// "z9hG4bK" + 28 hex characters: generation (2) and number (6) of the line, request (8), MAC (12). The MAC
// is SipHash of the others under a per-boot key, so that who did not see the request cannot make a reply
// to it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "line/kinds.h" // the kinds that a branch names

#define BRANCH_COOKIE "z9hG4bK" // RFC 3261 8.1.1.7
enum { BRANCH_COOKIE_LEN = 7, BRANCH_TEXT_LEN = 28, BRANCH_LEN = 35 };
enum { BRANCH_TEXT_ROOM = 32 }; // written in two halves, the second one longer than it must be

#define BRANCH_LINE_BITS 24
#define BRANCH_LINES (1u << BRANCH_LINE_BITS)

struct branch {
	uint32_t line;      // global number, below BRANCH_LINES
	uint8_t generation; // of the line, struct line
	uint8_t kind;       // enum request_kind, 0..7
	uint8_t server;     // enum hl_server, 0..1
	uint32_t number;    // of the request, 28 bits: its CSeq minus CSEQ_FIRST
};

// The 28 characters after the cookie.
void branch_write(const uint64_t key[2], const struct branch *branch, char out[BRANCH_TEXT_ROOM]);

// From the whole branch value of a reply; false: not one of ours.
bool branch_read(const uint64_t key[2], const char *text, uint32_t len, struct branch *branch);

// The same in two steps, for several replies at once: what is written there, and whether it is true.
struct branch_text {
	uint64_t body, mac; // mac: its 48 bits above 16 that do not count
};
bool branch_parse(const char *text, uint32_t len, struct branch_text *out);
static inline uint32_t branch_text_line(const struct branch_text *text)
{
	return (uint32_t)(text->body >> 32) & (BRANCH_LINES - 1);
}
#define BRANCHES 8
// Bit i: texts[i] is one of ours, and branches[i] what it says. n: at most BRANCHES.
uint32_t branches_verify(const uint64_t key[2], const struct branch_text texts[BRANCHES],
			 unsigned n, struct branch branches[BRANCHES]);

// CSeq starts high, so that it has ten digits for the life of a line (RFC 3261 8.1.1.5: < 2^31).
#define CSEQ_FIRST 1000000000u
// From this number on a line begins a new epoch with its next REGISTER: another Call-ID, numbers from the
// start. A refresh comes once a day at the least, so the other half of the 28 bits is never used up.
#define NUMBER_EPOCH (1u << 27)
#define NUMBER_EPOCH_LATEST (NUMBER_EPOCH + NUMBER_EPOCH / 2) // whatever is out
