// SPDX-License-Identifier: BSD-3-Clause
// Replies that were scanned before.
#include <string.h>

#include "sip/memo_scan.h"

static bool reply_learn(struct memo *memo, struct sip_reply *found)
{
	// a text that begins with a line end, or is unusual in another way, is left to the scanner
	return memo->text[0] == 'S' && scan_reply(memo->text, memo->len, found) == SCAN_OK &&
	       memo_release_headers(memo, PARTIES_SKIPPED);
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

MEMO_SCAN(reply)
