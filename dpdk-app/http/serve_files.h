// SPDX-License-Identifier: BSD-3-Clause
// Files that are part of the program.
#pragma once

#include "http/exchange.h"

// A path serves the file of its own name.
void http_serve_file(struct http_exchange *exchange);
