// SPDX-License-Identifier: BSD-3-Clause
// The TCP socket of the HTTP server.
#pragma once

#include <heartline/addr.h>
#include <heartline/error.h>

// Listen on an address. at->port is the one that was taken, when 0 was asked for.
// @return a descriptor that does not block; -errno with a message
int http_listen(struct hl_endpoint *at, struct hl_error *err);
