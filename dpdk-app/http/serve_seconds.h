// SPDX-License-Identifier: BSD-3-Clause
// GET /api/v1/seconds.
#pragma once

#include "http/exchange.h"

void http_serve_seconds(struct http_exchange *exchange);
