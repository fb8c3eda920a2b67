// SPDX-License-Identifier: BSD-3-Clause
// Between libmicrohttpd and an exchange: headers and bodies in, answers out.
#pragma once

#include <microhttpd.h>

#include "http/exchange.h"
#include "http/server.h"

// Of the library: a request has headers, a part of a body, or its end.
enum MHD_Result http_transfer(void *server, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *n_upload, void **exchange);
