// SPDX-License-Identifier: BSD-3-Clause
// One request, one reply, each a line of JSON.

#include "commands/ctl_ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include "surface/control_server.h"

static int request_send(int fd, const json_t *request, struct hl_error *err)
{
	char *text = json_dumps(request, JSON_COMPACT);
	size_t len = text ? strlen(text) : 0, sent = 0;
	int rc = text ? 0 : hl_fail(err, ENOMEM, "no memory");

	if (text)
		text[len++] = '\n'; // in place of the zero
	while (rc == 0 && sent < len) {
		ssize_t n = send(fd, text + sent, len - sent, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			rc = hl_fail(err, errno, "the run does not take the request: %s",
				     strerror(errno));
		sent += n > 0 ? (size_t)n : 0;
	}
	free(text);
	return rc;
}

// The reply, up to its newline.
static int reply_receive(int fd, json_t **reply, struct hl_error *err)
{
	size_t room = CONTROL_REPLY_MAX + 1, len = 0;
	char *text = malloc(room);
	json_error_t error;

	if (!text)
		return hl_fail(err, ENOMEM, "no memory");
	*reply = NULL;
	while (len < room && !(len && text[len - 1] == '\n')) {
		ssize_t n = recv(fd, text + len, room - len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	if (len && text[len - 1] == '\n')
		*reply = json_loadb(text, len, 0, &error);
	int late = errno == EAGAIN;
	free(text);
	if (*reply)
		return 0;
	return late ? hl_fail(err, ETIMEDOUT,
			      "the run does not answer; it may still be starting, or "
			      "hang: its own messages tell more")
		    : hl_fail(err, EPROTO, "the run has gone without an answer");
}

int ctl_ask(const char *path, const char *instance, unsigned patience_s, const json_t *request,
	    json_t **reply, struct hl_error *err)
{
	const struct timeval patience = { .tv_sec = patience_s };
	int fd = control_socket_connect(path, instance, err);
	int rc = 0;

	if (fd < 0)
		return fd;
	if (!control_socket_peer_allowed(fd))
		rc = hl_fail(err, EPERM, "another user listens on that socket: nothing was sent");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (rc == 0)
		rc = request_send(fd, request, err);
	if (rc == 0)
		rc = reply_receive(fd, reply, err);
	close(fd);
	return rc;
}
