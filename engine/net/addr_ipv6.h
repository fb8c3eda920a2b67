// SPDX-License-Identifier: BSD-3-Clause
// What addr.c needs to know of IPv6 addresses: their text, and which are of hosts.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <heartline/addr.h>

// False: it is none, and nothing was written. A scope ("%eth0") is none.
bool ipv6_read(const char *text, size_t len, uint8_t out[16]);

// out: room for HL_ADDR_TEXT. Returns the length; no NUL is written.
size_t ipv6_write(const uint8_t bytes[16], char *out);

// Not unspecified, loopback, multicast, or IPv4 in disguise (RFC 4291 2.5.2, 2.5.3, 2.5.5.2, 2.7).
bool ipv6_is_host(const uint8_t bytes[16]);
