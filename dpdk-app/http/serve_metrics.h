// SPDX-License-Identifier: BSD-3-Clause
// GET /metrics.
#pragma once

#include "http/exchange.h"

void http_serve_metrics(struct http_exchange *exchange);
