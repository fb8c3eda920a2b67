// SPDX-License-Identifier: BSD-3-Clause
// Replies that were scanned before.
#include <string.h>

#include "sip/memo.h"

void reply_memory_learn(struct reply_memory *memory, const char *text, uint32_t len)
{
	int i = memos_take(memory->memos, text, len);

	if (i < 0)
		return;
	struct memo *memo = &memory->memos[i];
	// a text that begins with a line end, or is unusual in another way, is left to the scanner
	if (text[0] != 'S' || scan_reply(memo->text, len, &memory->replies[i]) != SCAN_OK ||
	    !memo_release_headers(memo, PARTIES_SKIPPED))
		memo->len = 0;
}

// The reply of a text that is like a memo: as it was, except for its numbers and where its pieces are.
static bool reply_read(const struct memo *memo, const struct sip_reply *reply, const char *text,
		       struct sip_reply *out)
{
	uint32_t port;

	memcpy(out, reply, offsetof(struct sip_reply, contacts));
	if (!memo_numbers(memo, text, &port, &out->cseq, &out->method))
		return false;
	out->branch = memo_slice(memo, reply->branch, text);
	out->to = memo_slice(memo, reply->to, text);
	out->auth_info = memo_slice(memo, reply->auth_info, text);
	for (uint8_t i = 0; i < reply->n_contacts; i++)
		out->contacts[i] = memo_slice(memo, reply->contacts[i], text);
	for (uint8_t i = 0; i < reply->n_challenges; i++)
		out->challenges[i] = memo_slice(memo, reply->challenges[i], text);
	return true;
}

bool reply_memory_find(struct reply_memory *memory, const char *text, uint32_t len,
		       struct sip_reply *out)
{
	int i = memos_find(memory->memos, text, len);

	return i >= 0 && reply_read(&memory->memos[i], &memory->replies[i], text, out);
}

enum scan_result reply_memory_scan(struct reply_memory *memory, const char *text, uint32_t len,
				   struct sip_reply *out)
{
	if (reply_memory_find(memory, text, len, out))
		return SCAN_OK;
	enum scan_result result = scan_reply(text, len, out);
	if (result == SCAN_OK)
		reply_memory_learn(memory, text, len);
	return result;
}
