// SPDX-License-Identifier: BSD-3-Clause
// A memory of texts that were scanned before. A server answers a million lines with a few texts in
// which only values differ, and lines ask in the same way: where a text is like a remembered one, what
// the scanner found in that one holds for it, too.
//
// A text is like another when it is as long, and the same byte for byte except in values that the
// scanner does not look into: there, any plain byte (a letter, a digit, - or .) may stand in place of
// another. Numbers that the scanner does look into are read again. Whatever is accepted here,
// sip/scan.h reads the same way (tests/unit/sip/test_memo.c).
#pragma once

#include <assert.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sip/scan.h"
#include "sip/value.h"

#define MEMO_BYTES_MAX 1024 // longer texts are not remembered
#define MEMOS 64            // as many lengths as a few servers and methods give

// One remembered text.
struct memo {
	alignas(64) char text[MEMO_BYTES_MAX]; // NUL behind its end
	char released[MEMO_BYTES_MAX];         // all bits set: another plain byte may stand there
	uint16_t len;                          // 0: none
	uint8_t worth;                         // misses until another text takes its place
	struct slice port, cseq; // numbers that are read again: Via's port (or none), CSeq's value
};

static inline bool memo_is_plain(char c)
{
	return (uint8_t)((c | 0x20) - 'a') < 26 || (uint8_t)(c - '0') < 10 || c == '-' || c == '.';
}

// Index of the memo that a text is like; -1: none. Its numbers are still to be read.
int memos_find(struct memo memos[MEMOS], const char *text, uint32_t len);

// Remember a text, of which nothing is released yet. Its index; -1: it is too long, or those in its
// place are worth more.
int memos_take(struct memo memos[MEMOS], const char *text, uint32_t len);

enum memo_parties {
	PARTIES_SKIPPED, // the scanner does not look into From and To
	PARTIES_READ,    // it reads their URIs
};

// Release what may differ in each header of a memo's text. False: a line is folded or unusual, so only
// a scanner shall read such texts.
bool memo_release_headers(struct memo *memo, enum memo_parties parties);

// A piece of a memo's text, in another text that is like it.
static inline struct slice memo_slice(const struct memo *memo, struct slice s, const char *text)
{
	return s.at != NULL ? (struct slice){ text + (s.at - memo->text), s.len } : s;
}

// n pieces of a memo's text in another text that is like it, two at a time: both arrays have one more where n
// is odd.
static inline void memo_pieces(const struct memo *memo, const struct slice *from, unsigned n,
			       const char *text, struct slice *out)
{
	typedef uint64_t two __attribute__((vector_size(2 * sizeof(struct slice))));
	const uint64_t by = (uintptr_t)text - (uintptr_t)memo->text;
	const two move = { by, 0, by, 0 }; // positions, not lengths

	static_assert(sizeof(struct slice) == 2 * sizeof(uint64_t),
		      "a position, a length and nothing");
	for (unsigned i = 0; i < n; i += 2) {
		two x;

		memcpy(&x, &from[i], sizeof(x));
		x += (two)(x != 0) & move; // what is not there stays so
		memcpy(&out[i], &x, sizeof(x));
	}
}

// The numbers of a text that is like a memo. *via_port is left alone where the Via has none. False:
// one is no number, or the method of CSeq is not readable.
static inline bool memo_numbers(const struct memo *memo, const char *text, uint32_t *via_port,
				uint32_t *cseq, uint8_t *method)
{
	const struct slice port = memo_slice(memo, memo->port, text);

	return (port.at == NULL || text_get_number(port.at, port.len, via_port)) &&
	       cseq_read(memo_slice(memo, memo->cseq, text), cseq, method);
}

struct reply_memory {
	struct memo memos[MEMOS];
	struct sip_reply found[MEMOS]; // by scan_reply() in their texts
};

// scan_reply() with a memory.
enum scan_result reply_memory_scan(struct reply_memory *memory, const char *text, uint32_t len,
				   struct sip_reply *out);
// Its two halves: read a text that is like a remembered one (false: there is none), and remember one.
bool reply_memory_find(struct reply_memory *memory, const char *text, uint32_t len,
		       struct sip_reply *out);
void reply_memory_learn(struct reply_memory *memory, const char *text, uint32_t len);

struct request_memory {
	struct memo memos[MEMOS];
	struct sip_request found[MEMOS]; // by scan_request() in their texts
};

// The same for scan_request().
enum scan_result request_memory_scan(struct request_memory *memory, const char *text, uint32_t len,
				     struct sip_request *out);
bool request_memory_find(struct request_memory *memory, const char *text, uint32_t len,
			 struct sip_request *out);
void request_memory_learn(struct request_memory *memory, const char *text, uint32_t len);
