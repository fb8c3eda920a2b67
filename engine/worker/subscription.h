// SPDX-License-Identifier: BSD-3-Clause
// Role: the subscription to a line's own registration (RFC 3680, RFC 6665): asked for, refreshed at
// half of the grant, begun again when the server has lost it. It never moves the line.
//
// It signs with the nonce of the REGISTER at that server, of which each request counts on: so it
// waits for a REGISTER (or unregister) that is under way, and begins again when one overtakes it.
#pragma once

#include "worker/request.h"

extern const struct request_ops subscription_ops;

// Only with w->dialogs. A new one at the active server; nothing of it any more.
void subscription_start(struct hl_worker *w, uint32_t i);
void subscription_stop(struct hl_worker *w, uint32_t i);
// The line's numbers begin again, and with them its dialog.
void subscription_new_epoch(struct hl_worker *w, uint32_t i);
// A NOTIFY that came in: the status of its answer.
uint16_t subscription_notify(struct hl_worker *w, uint32_t i, const struct sip_request *request);
