// SPDX-License-Identifier: BSD-3-Clause
// Responses (RFC 3261 8.2.6): what the request said comes back, the topmost Via completed.
#include "sip/respond.h"

#include <stdbool.h>
#include <string.h>

#include <heartline/code.h>

#include "sip/text_writer.h"
#include "sip/value.h"

#define SIP_PORT 5060 // RFC 3261 18.1.1

// "SIP/2.0 200 "
static void put_status(struct text_writer *w, uint16_t status)
{
	char text[] = "SIP/2.0 000 ";

	text[8] = (char)('0' + status / 100 % 10);
	text[9] = (char)('0' + status / 10 % 10);
	text[10] = (char)('0' + status % 10);
	writer_bytes(w, text, sizeof(text) - 1);
}

// A header as the request has it; one that the request lacks cannot be copied.
static void copy_header(struct text_writer *w, const char *name, struct slice value)
{
	if (value.at == NULL)
		return;
	writer_text(w, name);
	writer_slice(w, value);
}

// IPv6 stands in brackets as a host, and without them in "received" (RFC 3261 25.1).
static bool host_is(struct slice host, const char *text, size_t len)
{
	return hosts_equal(host, (struct slice){ text, (uint32_t)len });
}

// The topmost Via (RFC 3261 18.2.1): "received" when the packet came from elsewhere than it says.
// Asked for with rport (RFC 3581 4), port and address are both told.
static void put_top_via(struct text_writer *w, const struct sip_request *request,
			const struct respond_spec *spec)
{
	const struct slice via = request->vias[0];
	const char *const end = via.at + via.len, *const rport_end = request->via_rport_end;
	const char *at = via.at;

	if (spec->received != NULL && request->via_end != NULL) {
		char source[HL_ADDR_TEXT];
		size_t source_len = hl_addr_format(&spec->received->addr, source);

		if (rport_end != NULL) {
			writer_bytes(w, at, (uint32_t)(rport_end - at));
			writer_text(w, "=");
			writer_number(w, spec->received->port);
			at = rport_end;
		}
		if (rport_end != NULL || !host_is(request->via_host, source, source_len)) {
			writer_bytes(w, at, (uint32_t)(request->via_end - at));
			writer_text(w, ";received=");
			writer_bytes(w, source, (uint32_t)source_len);
			at = request->via_end;
		}
	}
	writer_bytes(w, at, (uint32_t)(end - at));
}

// RFC 3261 18.2.2 and RFC 3581 4: to maddr, else to the source, and there to the port of the source when
// rport asks for it, else to sent-by's. A maddr other than the source's own address is not obeyed: it
// would let anybody, with one request, direct our answer at anybody else, and names a multicast group
// where it is meant well. The answer goes where it would go without it.
uint16_t respond_port(const struct sip_request *request, const struct hl_endpoint *source,
		      bool *maddr_refused)
{
	const uint16_t sent_by = request->via_port != 0 ? request->via_port : SIP_PORT;
	char text[HL_ADDR_TEXT];

	*maddr_refused = false;
	if (request->via_end == NULL) // no Via that can be read: back to where it came from
		return source->port;
	if (request->via_maddr.at != NULL) {
		*maddr_refused = !host_is(request->via_maddr, text,
					  hl_addr_format(&source->addr, text));
		if (!*maddr_refused)
			return sent_by;
	}
	return request->via_has_rport ? source->port : sent_by;
}

uint32_t respond_write(const struct sip_request *request, const struct respond_spec *spec,
		       char *out, uint32_t room)
{
	struct text_writer w = { out, out + room, false };

	if (request->n_vias == 0) // nobody could tell what it answers, nor bring it back (18.2.2)
		return 0;
	const char *reason = spec->reason != NULL ? spec->reason : hl_code_phrase(spec->status);

	put_status(&w, spec->status);
	writer_text(&w, reason);
	for (uint8_t i = 0; i < request->n_vias; i++) {
		writer_text(&w, "\r\nVia: ");
		if (i == 0)
			put_top_via(&w, request, spec);
		else
			writer_slice(&w, request->vias[i]);
	}
	copy_header(&w, "\r\nFrom: ", request->from);
	copy_header(&w, "\r\nTo: ", request->to);
	if (request->to.at != NULL && !request->to_has_tag && spec->status > 100 &&
	    spec->tag_len > 0) {
		writer_text(&w, ";tag=");
		writer_bytes(&w, spec->tag, spec->tag_len);
	}
	copy_header(&w, "\r\nCall-ID: ", request->call_id);
	copy_header(&w, "\r\nCSeq: ", request->cseq_text);
	writer_text(&w, "\r\n");
	if (spec->headers != NULL)
		writer_bytes(&w, spec->headers, spec->headers_len);
	writer_text(&w, "Content-Length: 0\r\n\r\n");
	return w.full ? 0 : (uint32_t)(w.at - out);
}

uint32_t respond_unsupported(struct slice require, char *out, uint32_t room)
{
	struct text_writer w = { out, out + room, false };

	copy_header(&w, "Unsupported: ", require);
	writer_text(&w, "\r\n");
	return w.full ? 0 : (uint32_t)(w.at - out);
}
