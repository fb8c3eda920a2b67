// SPDX-License-Identifier: BSD-3-Clause
// Addresses between the engine's form and the sockets'.
#pragma once

#include <stdbool.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <heartline/addr.h>

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

// Returns the length.
static inline socklen_t socket_address_of(union socket_address *address,
					  const struct hl_endpoint *at)
{
	memset(address, 0, sizeof(*address));
	if (at->addr.family == HL_FAMILY_IPV6) {
		address->v6.sin6_family = AF_INET6;
		address->v6.sin6_port = htons(at->port);
		memcpy(&address->v6.sin6_addr, at->addr.bytes, sizeof(address->v6.sin6_addr));
		return sizeof(address->v6);
	}
	address->v4.sin_family = AF_INET;
	address->v4.sin_port = htons(at->port);
	memcpy(&address->v4.sin_addr, at->addr.bytes, sizeof(address->v4.sin_addr));
	return sizeof(address->v4);
}

// False: NULL, or of another family than these two.
static inline bool socket_address_read(const struct sockaddr *at, struct hl_addr *out)
{
	*out = (struct hl_addr){ 0 };
	if (at && at->sa_family == AF_INET) {
		out->family = HL_FAMILY_IPV4;
		memcpy(out->bytes, &((const struct sockaddr_in *)(const void *)at)->sin_addr, 4);
	} else if (at && at->sa_family == AF_INET6) {
		out->family = HL_FAMILY_IPV6;
		memcpy(out->bytes, &((const struct sockaddr_in6 *)(const void *)at)->sin6_addr, 16);
	}
	return out->family != HL_FAMILY_NONE;
}
