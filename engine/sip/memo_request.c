// SPDX-License-Identifier: BSD-3-Clause
// Requests that were scanned before.
#include <string.h>

#include "sip/memo.h"

void request_memory_learn(struct request_memory *memory, const char *text, uint32_t len)
{
	int i = memos_take(memory->memos, text, len);

	if (i < 0)
		return;
	struct memo *memo = &memory->memos[i];
	if (is_lws(text[0]) || scan_request(memo->text, len, &memory->requests[i]) != SCAN_OK ||
	    !memory->requests[i].complete || !memo_release_headers(memo, PARTIES_READ))
		memo->len = 0;
}

// The request of a text that is like a memo: as it was, except for its numbers and where its pieces are.
static bool request_read(const struct memo *memo, const struct sip_request *request,
			 const char *text, struct sip_request *out)
{
	uint32_t port = request->via_port;

	memcpy(out, request, offsetof(struct sip_request, method_text));
	if (!memo_numbers(memo, text, &port, &out->cseq, &out->cseq_method) || port > UINT16_MAX)
		return false;
	out->via_port = (uint16_t)port;
#define MOVE(MEMBER) out->MEMBER = memo_slice(memo, request->MEMBER, text)
	MOVE(method_text);
	MOVE(uri);
	MOVE(uri_user);
	MOVE(uri_host);
	MOVE(via_host);
	MOVE(via_maddr);
	MOVE(from);
	MOVE(to);
	MOVE(to_user);
	MOVE(to_host);
	MOVE(call_id);
	MOVE(cseq_text);
	MOVE(authorization);
	MOVE(require);
	MOVE(event);
	MOVE(subscription_state);
	MOVE(body);
	out->via_end = memo_slice(memo, (struct slice){ request->via_end, 0 }, text).at;
	out->via_rport_end = memo_slice(memo, (struct slice){ request->via_rport_end, 0 }, text).at;
	for (uint8_t i = 0; i < request->n_vias; i++)
		MOVE(vias[i]);
	for (uint8_t i = 0; i < request->n_contacts; i++)
		MOVE(contacts[i]);
#undef MOVE
	return true;
}

bool request_memory_find(struct request_memory *memory, const char *text, uint32_t len,
			 struct sip_request *out)
{
	int i = memos_find(memory->memos, text, len);

	return i >= 0 && request_read(&memory->memos[i], &memory->requests[i], text, out);
}

enum scan_result request_memory_scan(struct request_memory *memory, const char *text, uint32_t len,
				     struct sip_request *out)
{
	if (request_memory_find(memory, text, len, out))
		return SCAN_OK;
	enum scan_result result = scan_request(text, len, out);
	if (result == SCAN_OK)
		request_memory_learn(memory, text, len);
	return result;
}
