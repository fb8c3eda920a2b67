// SPDX-License-Identifier: BSD-3-Clause
// Outages, flaps and causes of a line, for the report (FAILOVER.md section 7).
#pragma once

#include "worker/worker.h"

struct change {
	uint8_t from, to; // enum hl_line_state
	uint8_t fails;    // before it
	enum failover_event event;
	uint16_t code;
	uint32_t since_ms; // of the state before
};
void account_change(struct hl_worker *w, uint32_t i, const struct change *change);
// Its registration goes on from an earlier run.
void account_taken_up(struct hl_worker *w, uint32_t i);
// The line is gone.
void account_forget(struct hl_worker *w, uint32_t i);
void account_failover(struct hl_worker *w, uint32_t i);
void account_return(struct hl_worker *w, uint32_t i);
