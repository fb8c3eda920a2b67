// SPDX-License-Identifier: BSD-3-Clause
// Writing a response to a request that came in (RFC 3261 8.2.6).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/addr.h>
#include "sip/scan.h"

struct respond_spec {
	uint16_t status;
	const char *reason; // NULL: the usual one
	const char *tag;    // To tag to add when the request has none (status > 100)
	uint32_t tag_len;
	// Source; its address is added to the topmost Via when it differs from sent-by, its port fills an
	// empty rport (RFC 3581 4).
	const struct hl_endpoint *received;
	const char *headers; // further header lines, each with CRLF; NULL: none
	uint32_t headers_len;
};

// The port at the source address that an answer goes to. *maddr_refused: the request wants it at another
// address.
uint16_t respond_port(const struct sip_request *request, const struct hl_endpoint *source,
		      bool *maddr_refused);

// Length of the text, or 0 when it does not fit or the request has no Via.
uint32_t respond_write(const struct sip_request *request, const struct respond_spec *spec,
		       char *out, uint32_t room);

// The header line of a 420: what the request requires, none of which is known here (RFC 3261 8.2.2.3).
// Its length; 0: it does not fit.
uint32_t respond_unsupported(struct slice require, char *out, uint32_t room);
