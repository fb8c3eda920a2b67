// SPDX-License-Identifier: BSD-3-Clause
// A challenge: the topmost one that we can answer is remembered for its server (FAILOVER.md section
// 5).
#include <errno.h>

#include "worker/worker.h"

int worker_challenge(struct hl_worker *w, uint32_t i, enum hl_server server,
		     const struct sip_reply *reply)
{
	size_t at = (size_t)i * HL_SERVERS + server;
	const struct plan_identity *id = &w->plan->identities[w->first + i];
	const char *texts = w->plan->arena + id->at + id->user_len + id->display_len;
	const struct slice account = { texts, id->account_len };
	const struct slice password = { texts + id->account_len, id->password_len };
	int result = -ENOTSUP;

	for (unsigned k = 0; k < reply->n_challenges; k++) {
		const struct slice *value = &reply->challenges[k];
		struct auth_challenge challenge;

		result = auth_challenge_read(value->at, value->len, &challenge);
		if (result)
			continue;
		challenge.proxy = reply->proxy_challenges >> k & 1;
		return auth_learn(&w->auth[at], &challenge, &w->realms, account, password,
				  w->long_texts + at * AUTH_TEXT_LONG, w->digest);
	}
	return result;
}
