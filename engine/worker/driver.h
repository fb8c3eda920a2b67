// SPDX-License-Identifier: BSD-3-Clause
// One event of one line: unpack the state word, ask the failover machine, store the word, act.
//
// Roles emit what they found out (emit.h). Whoever called a role runs the driver for that line.
#pragma once

#include "worker/worker.h"

void driver_event(struct hl_worker *w, uint32_t i, enum failover_event event, uint16_t code);
void driver_serve_emitted(struct hl_worker *w, uint32_t i);

// Serve what the line's roles have emitted.
static inline void driver_run(struct hl_worker *w, uint32_t i)
{
	if (w->n_emitted)
		driver_serve_emitted(w, i);
}
