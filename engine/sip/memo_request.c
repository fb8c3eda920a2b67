// SPDX-License-Identifier: BSD-3-Clause
// Requests that were scanned before.
#include <string.h>

#include "sip/memo_scan.h"

static bool request_learn(struct memo *memo, struct sip_request *found)
{
	return !is_lws(memo->text[0]) && scan_request(memo->text, memo->len, found) == SCAN_OK &&
	       found->complete && memo_release_headers(memo, PARTIES_READ);
}

// The request of a text that is like a memo: as it was, except for its numbers and where its pieces are.
static bool request_read(const struct memo *memo, const struct sip_request *request,
			 const char *text, struct sip_request *out)
{
	uint32_t port = request->via_port;

	memcpy(out, request, offsetof(struct sip_request, pieces));
	if (!memo_numbers(memo, text, &port, &out->cseq, &out->cseq_method) || port > UINT16_MAX)
		return false;
	out->via_port = (uint16_t)port;
	memo_pieces(memo, request->pieces, SIP_REQUEST_SINGLE_PIECES + request->n_vias, text,
		    out->pieces);
	memo_pieces(memo, request->contacts, request->n_contacts, text, out->contacts);
	out->via_end = memo_slice(memo, (struct slice){ request->via_end, 0 }, text).at;
	out->via_rport_end = memo_slice(memo, (struct slice){ request->via_rport_end, 0 }, text).at;
	return true;
}

MEMO_SCAN(request)
