// SPDX-License-Identifier: BSD-3-Clause
// Role: the registration. REGISTER at one server at a time, its refresh, and the waits in between
// (FAILOVER.md sections 2 to 5).
#pragma once

#include "worker/request.h"

// A new attempt at a server, to its first target; what is out is abandoned.
void registration_begin(struct hl_worker *w, uint32_t i, enum hl_server server);
// Nothing is out or to be sent any more. One that is unanswered was perhaps heard.
void registration_abandon(struct hl_worker *w, uint32_t i);
// The registration's next timer: refresh, backoff, park, turn to register.
void registration_set_timer(struct hl_worker *w, uint32_t i, uint32_t at);
// A return to P has taken all of its time. The code of that.
uint16_t registration_return_over(struct hl_worker *w, uint32_t i);

// Is a REGISTER at this server asked for or unanswered?
static inline bool registration_is_open(const struct hl_worker *w, uint32_t i,
					enum hl_server server)
{
	const struct line *l = &w->lines[i];

	return exchange_is_open(&l->registration) && l->reg_server == server;
}

// Expires that a REGISTER at this server asks for.
static inline uint32_t registration_expires_s(const struct hl_worker *w, uint32_t i,
					      enum hl_server server)
{
	uint32_t demanded = w->cold[i].expires_s[server];

	return demanded ? demanded : worker_profile(w, &w->lines[i])->expires_s;
}

// Between the files of this role.
// registration_reply.c: a final response.
void registration_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply);
// One more REGISTER in the same attempt, with the credentials known or without.
void registration_ask_again(struct hl_worker *w, uint32_t i, bool with_auth);
// The one that was sent failed: a new attempt at the server's next target. False: there is none.
bool registration_try_next_target(struct hl_worker *w, uint32_t i);
// An attempt has ended without a binding: FO_FAILED or FO_REJECTED.
void registration_failed(struct hl_worker *w, enum failover_event event, uint16_t code);
