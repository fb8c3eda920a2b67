// SPDX-License-Identifier: BSD-3-Clause
// Servers that a line may not use for a while, and what ends that before its time (FAILOVER.md
// sections 2 and 3).
#pragma once

#include "worker/worker.h"

// Those that may not be used now: bits by enum hl_server.
uint8_t hold_servers(struct hl_worker *w, uint32_t i);
// P, for the cool-down of a failed return.
void hold_cool_p(struct hl_worker *w, uint32_t i);
// As its answer asks, for retry_after_max at most; SIP_NO_NUMBER: it does not ask.
void hold_asked(struct hl_worker *w, uint32_t i, enum hl_server server, uint32_t retry_after_s);
// A server that answers probes and not REGISTER, or refuses it. p_answers: P answers probes.
void hold_shunned(struct hl_worker *w, uint32_t i, enum hl_server server, uint16_t code,
		  bool p_answers);
// A probe of a server was lost, or answered: what that says of its hold.
void hold_probe_seen(struct hl_worker *w, uint32_t i, enum hl_server server, bool answered,
		     bool was_lost);
// The same of B (only probed in DOWN), whose latest probe is remembered.
void hold_probed_b(struct hl_worker *w, uint32_t i, bool answered);
