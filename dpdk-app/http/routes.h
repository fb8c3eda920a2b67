// SPDX-License-Identifier: BSD-3-Clause
// The paths of the HTTP server, and what is checked before any of them is served.
#pragma once

#include "http/access.h"
#include "http/exchange.h"

// What the headers of a request say that matters here; NULL: not there.
struct http_head {
	const char *method, *host, *authorization, *content_type, *content_length,
		*transfer_encoding;
};

// Find the route, and refuse what need not be read any further: then the exchange has a reply.
void http_route_choose(struct http_exchange *exchange, const struct http_access *access,
		       const struct http_head *head);
