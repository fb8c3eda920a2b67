// SPDX-License-Identifier: BSD-3-Clause
// The answer of a healthy server to a request; checks are in the order of RFC 3261 8.2.
#include "registrar/registrar.h"

#include "sip/respond.h"

#define ALLOW "Allow: REGISTER, OPTIONS, ACK, CANCEL\r\n"

static struct answer with_headers(uint16_t status, const char *headers)
{
	return (struct answer){
		.status = status,
		.headers = headers,
		.headers_len = (uint32_t)strlen(headers),
	};
}

// 8.2.2.3: no extension is known here.
static struct answer unsupported(struct hl_registrar *r, struct slice require)
{
	return (struct answer){
		.status = 420,
		.headers_len = respond_unsupported(require, r->headers, sizeof(r->headers)),
	};
}

struct answer request_answer(struct hl_registrar *r, struct server *s,
			     const struct sip_request *req, uint64_t now_ns)
{
	if (req->method == HL_ACK) // never answered (17.1.1.3)
		return (struct answer){ 0 };
	if (!req->version_ok)
		return (struct answer){ .status = 505 };
	if (!req->complete)
		return (struct answer){ .status = 400 };
	if (req->method == HL_CANCEL) // no transaction is ever left open (9.2)
		return (struct answer){ .status = 481 };
	if (req->method != HL_REGISTER && req->method != HL_OPTIONS)
		return with_headers(req->method == HL_METHOD_OTHER ? 501 : 405, ALLOW);
	if (req->require.at != NULL)
		return unsupported(r, req->require);
	if (req->method == HL_OPTIONS)
		return with_headers(200, ALLOW "Accept: application/sdp\r\n");
	return register_answer(r, s, req, now_ns);
}
