// SPDX-License-Identifier: BSD-3-Clause
// What all memories do, for the file of each: written out by type, so that nothing is called by a pointer
// for each message.
#pragma once

#include "sip/memo.h"

// NAME##_memory_learn(), _find() and _scan() of memo.h, from two functions of the file:
// NAME##_learn() scans the text of a new memo and releases what may differ (false: only a scanner shall
// read such texts), and NAME##_read() reads a text that is like a memo.
#define MEMO_SCAN(NAME) \
	void NAME##_memory_learn(struct NAME##_memory *memory, const char *text, uint32_t len) \
	{ \
		int i = memos_take(memory->memos, text, len); \
\
		if (i >= 0 && !NAME##_learn(&memory->memos[i], &memory->found[i])) \
			memory->memos[i].len = 0; \
	} \
\
	bool NAME##_memory_find(struct NAME##_memory *memory, const char *text, uint32_t len, \
				struct sip_##NAME *out) \
	{ \
		int i = memos_find(memory->memos, text, len); \
\
		return i >= 0 && NAME##_read(&memory->memos[i], &memory->found[i], text, out); \
	} \
\
	enum scan_result NAME##_memory_scan(struct NAME##_memory *memory, const char *text, \
					    uint32_t len, struct sip_##NAME *out) \
	{ \
		if (NAME##_memory_find(memory, text, len, out)) \
			return SCAN_OK; \
		enum scan_result result = scan_##NAME(text, len, out); \
		if (result == SCAN_OK) \
			NAME##_memory_learn(memory, text, len); \
		return result; \
	}
