// SPDX-License-Identifier: BSD-3-Clause
// What a healthy server says to a request (RFC 3261 8.2, in the order given there).
#include "registrar/registrar.h"

#include "sip/pen.h"

#define ALLOW "Allow: REGISTER, OPTIONS, ACK, CANCEL\r\n"

static const char options_headers[] = ALLOW "Accept: application/sdp\r\n";

static struct answer with_headers(struct hl_registrar *r, uint16_t status, const char *a,
				  struct slice b, const char *c)
{
	struct pen pen = { r->headers, r->headers + sizeof(r->headers), false };

	pen_text(&pen, a);
	pen_slice(&pen, b);
	pen_text(&pen, c);
	return (struct answer){
		.status = status,
		.headers_len = pen.full ? 0 : (uint32_t)(pen.at - r->headers),
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
		return with_headers(r, req->method == HL_METHOD_OTHER ? 501 : 405, ALLOW,
				    (struct slice){ "", 0 }, "");
	if (req->require.at != NULL) // 8.2.2.3: no extension is known here
		return with_headers(r, 420, "Unsupported: ", req->require, "\r\n");
	if (req->method == HL_OPTIONS)
		return (struct answer){ .status = 200,
					.headers = options_headers,
					.headers_len = sizeof(options_headers) - 1 };
	return register_answer(r, s, req, now_ns);
}
