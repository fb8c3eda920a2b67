// SPDX-License-Identifier: BSD-3-Clause
// Opens the socket before anything else starts, so that a port that is taken is known at once.

#include "http/listen.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include "base/socket_address.h"

#define BACKLOG 128

static int socket_open(int fd, struct hl_endpoint *at)
{
	union socket_address address;
	socklen_t len = socket_address_of(&address, at);
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
	char place[HL_ENDPOINT_TEXT];
	int family = at->addr.family == HL_FAMILY_IPV6 ? AF_INET6 : AF_INET;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int rc = fd < 0 ? -errno : socket_open(fd, at);

	if (rc == 0)
		return fd;
	hl_endpoint_format(at, place);
	hl_fail(err, -rc, "http: %s: %s; %s", place, strerror(-rc),
		rc == -EADDRINUSE ? "stop who listens there, or choose another port"
				  : "choose another address or port");
	if (fd >= 0)
		close(fd);
	return rc;
}
