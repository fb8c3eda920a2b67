// SPDX-License-Identifier: BSD-3-Clause
// Rules of digest on the wire: a nonce goes back to the server that gave it, and nc rises.
#include "watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"

// The hash of a quoted parameter's value; 0: there is none.
static uint64_t quoted(const char *at, const char *name)
{
	static const uint64_t key[2] = { 3, 4 };
	const char *end = strstr(at, "\r\n"), *value = strstr(at, name);

	if (!value || !end || value > end)
		return 0;
	value += strlen(name);
	return siphash(key, value, (uint32_t)strcspn(value, "\"")) | 1;
}

static bool knows(const struct watch_server *server, uint64_t nonce)
{
	for (unsigned i = 0; i < WATCH_NONCES; i++)
		if (server->nonces[i] == nonce)
			return true;
	return false;
}

void watch_challenge(struct watch *watch, uint32_t line, unsigned server, const char *text)
{
	struct watch_server *s = &watch_line(watch, line)->server[server];
	const char *value = watch_header(text, "\r\nWWW-Authenticate: ");
	uint64_t nonce = value ? quoted(value, " nonce=\"") : 0;

	if (nonce && !knows(s, nonce))
		s->nonces[s->n_nonces++ % WATCH_NONCES] = nonce;
}

void watch_credentials(struct watch *watch, uint32_t line, unsigned server, const char *text,
		       uint64_t now_ns)
{
	struct watch_line *l = watch_line(watch, line);
	struct watch_server *s = &l->server[server];
	const char *value = watch_header(text, "\r\nAuthorization: ");
	uint64_t nonce = value ? quoted(value, " nonce=\"") : 0;

	if (!value)
		return;
	if (!knows(s, nonce))
		watch_broken(watch, now_ns, "line %u: credentials for a nonce %s:\n%.300s", line,
			     knows(&l->server[!server], nonce) ? "of the other server"
							       : "that its server never gave",
			     text);
	const char *nc = strstr(value, " nc=");
	if (!nc || nc > strstr(value, "\r\n"))
		return;
	uint32_t count = (uint32_t)strtoul(nc + 4, NULL, 16);
	// RFC 7616 3.4: the count of requests that were sent with this nonce, this one included
	if (count <= (s->used_nonce == nonce ? s->nc : 0))
		watch_broken(watch, now_ns, "line %u: nc %u after %u for one nonce", line, count,
			     s->nc);
	s->used_nonce = nonce;
	s->nc = count;
}
