// SPDX-License-Identifier: BSD-3-Clause
// Role: the subscription to a line's own registration (RFC 3680, RFC 6665): asked for, refreshed at
// half of the grant, begun again when the server has lost it. It never moves the line.
//
// It signs with the nonce of the REGISTER at that server, of which each request counts on: so it
// waits for a REGISTER (or unregister) that is under way, and begins again when one overtakes it.
#pragma once

#include "worker/request.h"

// A NOTIFY that came in: the status of its answer.
uint16_t subscription_notify(struct hl_worker *w, uint32_t i, const struct sip_request *request);

// Between the files of this role.
// subscription_reply.c: a final response.
void subscription_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply);
// A new request, with the credentials known or without; one that is out is not waited for.
void subscription_ask(struct hl_worker *w, uint32_t i);
// A subscription of its own Call-ID and tag: nothing of the last one is taken for it.
void subscription_begin(struct hl_worker *w, uint32_t i);
// It is over or failed: again after a backoff, and so many seconds at least.
void subscription_try_later(struct hl_worker *w, uint32_t i, uint32_t after_s);
// Expires that a SUBSCRIBE asks for.
uint32_t subscription_expires_s(const struct hl_worker *w, uint32_t i);
