// SPDX-License-Identifier: BSD-3-Clause
// The text of IPv6 addresses, for hl_addr_parse() and hl_addr_format().
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <heartline/addr.h>

// False: it is none, and nothing was written. A scope ("%eth0") is none.
bool ipv6_read(const char *text, size_t len, uint8_t out[16]);

// out: room for HL_ADDR_TEXT. Returns the length; no NUL is written.
size_t ipv6_write(const uint8_t bytes[16], char *out);
