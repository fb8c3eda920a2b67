// SPDX-License-Identifier: BSD-3-Clause
// /api/v1: the commands of the control socket, by their table.
#pragma once

#include "http/exchange.h"

// A path of the API serves the command of its route.
void http_serve_command(struct http_exchange *exchange);
