// SPDX-License-Identifier: BSD-3-Clause
// Role: what keeps B reachable while the line is on it, beside which P may be probed; and CRLFCRLF to
// the active server, which keeps a NAT open (FAILOVER.md section 1).
//
// OPTIONS to P are probes of P, whatever asked for them (probe.h).
#pragma once

#include "worker/request.h"

// Only with w->streams.
void nat_keepalive_due(struct hl_worker *w, uint32_t i);
