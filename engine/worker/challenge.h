// SPDX-License-Identifier: BSD-3-Clause
// A line's credentials at a server: two, by realm, of the server and of proxies before it
// (FAILOVER.md section 5, RFC 3261 22.2 and 22.3).
#pragma once

#include "worker/worker.h"

enum challenge {
	CHALLENGE_FIRST, // the first of its kind from this server
	CHALLENGE_NEW,   // a nonce in place of another, or one that is stale
	CHALLENGE_SAME,  // the remembered nonce once more, not stale
};

// The request that credentials are for, without them: its bytes, and those of its Request-URI.
struct bare_request {
	uint32_t len, uri_len;
};
struct bare_request challenge_bare_request(const struct hl_worker *w, uint32_t i,
					   enum hl_server server, enum plan_text text);
// Learn what the response to that request asks for. enum challenge; -ENOSPC: what could be answered
// is too long for that or for a frame; -ENOTSUP: nothing in it can be answered.
int challenge_learn(struct hl_worker *w, uint32_t i, enum hl_server server,
		    struct bare_request bare, const struct sip_reply *reply);
// May credentials from a remembered nonce be why this was refused? A node of a balancer that does not
// know the nonce, or a server that was started again, may answer as if the password were wrong: that
// shows when it is asked once more without.
bool challenge_doubts_nonce(const struct sip_reply *reply);
// A request that is challenged again and again is given up when each challenge that is remembered of
// the server was answered twice: the first one, and one for a nonce that was stale. Whatever else
// the server says, no more requests than that leave at once.
uint32_t challenge_answers_max(const struct hl_worker *w, uint32_t i, enum hl_server server);
// Is there anything to answer with before being asked?
bool challenge_has_nonce(const struct hl_worker *w, uint32_t i, enum hl_server server);
// The line is gone.
void challenge_forget(struct hl_worker *w, uint32_t i, enum hl_server server);
// nc of all credentials that a new request carries: + 1, or - 1 when it was not sent after all.
void challenge_count_nonce(struct hl_worker *w, uint32_t i, enum hl_server server, int by);
void challenge_next_nonce(struct hl_worker *w, uint32_t i, enum hl_server server,
			  const struct sip_reply *reply);

// What survives of what is remembered of a server: PLACES at most. Returns how many. No sessions: their cnonce is
// of this boot.
struct saved_challenge;
unsigned challenge_tell(const struct hl_worker *w, uint32_t i, enum hl_server server,
			struct saved_challenge *out);
// Remember one again, of the line's target of that server.
void challenge_take_up(struct hl_worker *w, uint32_t i, const struct saved_challenge *saved);

// They will be needed soon.
static inline void challenge_prefetch(const struct hl_worker *w, uint32_t i, enum hl_server server)
{
	const struct auth *auth = &w->auth[(size_t)i * HL_SERVERS + server];

	__builtin_prefetch(auth, 1);
	__builtin_prefetch((const char *)auth + 64, 1);
}

struct credentials_for {
	enum hl_server server;
	struct slice uri, cnonce;
	const char (*ha2)[2][DIGEST_HEX_MAX]; // by algorithm, as in struct plan_domain
};
// With a nonce of 32 characters, as several servers give, a response by MD5 is of two blocks, not three.
#define CNONCE_LEN 6
#define CREDENTIALS_MAX (2 * AUTH_LINE_MAX)
// The header lines for a request. Returns their length; 0: no room.
uint32_t challenge_credentials(struct hl_worker *w, uint32_t i,
			       const struct credentials_for *request, char out[CREDENTIALS_MAX]);
