// SPDX-License-Identifier: BSD-3-Clause
// Role: probes. OPTIONS to P (in DOWN to both servers in turn) at a beat of the line's own; on P they
// are its keepalive as well.
#pragma once

#include "worker/request.h"

// Probes on, if the profile has any and they are not.
void probe_start(struct hl_worker *w, uint32_t i);
void probe_stop(struct hl_worker *w, uint32_t i);
// An ICMP error without proof about this request: the next probe of P leaves now, once a request.
void probe_hint(struct hl_worker *w, uint32_t i, const struct request *about);
// The probe was answered: its target is the line's from now on. True: the registration that the line
// holds is at another one and should follow.
bool probe_moves(struct hl_worker *w, uint32_t i);
