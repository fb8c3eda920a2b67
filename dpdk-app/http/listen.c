// SPDX-License-Identifier: BSD-3-Clause
// Opens the socket before anything else starts, so that a port that is taken is known at once.

#include "http/listen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/socket.h>

#define BACKLOG 128

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t address_of(union address *address, const struct hl_endpoint *at)
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

const char *http_place(const struct hl_endpoint *at, char out[HTTP_PLACE_ROOM])
{
	bool v6 = at->addr.family == HL_FAMILY_IPV6;
	char addr[HL_ADDR_TEXT];

	hl_addr_format(&at->addr, addr);
	snprintf(out, HTTP_PLACE_ROOM, "%s%s%s:%u", v6 ? "[" : "", addr, v6 ? "]" : "", at->port);
	return out;
}

static int socket_open(int fd, struct hl_endpoint *at)
{
	union address address;
	socklen_t len = address_of(&address, at);
	int on = 1;

	// Without the first one a restart would have to wait for connections of before.
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    (at->addr.family == HL_FAMILY_IPV6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0) ||
	    bind(fd, &address.any, len) < 0 || listen(fd, BACKLOG) < 0 ||
	    getsockname(fd, &address.any, &len) < 0)
		return -errno;
	at->port = ntohs(at->addr.family == HL_FAMILY_IPV6 ? address.v6.sin6_port
							   : address.v4.sin_port);
	return 0;
}

int http_listen(struct hl_endpoint *at, struct hl_error *err)
{
	char place[HTTP_PLACE_ROOM];
	int family = at->addr.family == HL_FAMILY_IPV6 ? AF_INET6 : AF_INET;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int rc = fd < 0 ? -errno : socket_open(fd, at);

	if (rc == 0)
		return fd;
	hl_fail(err, -rc, "http: %s: %s; %s", http_place(at, place), strerror(-rc),
		rc == -EADDRINUSE ? "stop who listens there, or choose another port"
				  : "choose another address or port");
	if (fd >= 0)
		close(fd);
	return rc;
}
