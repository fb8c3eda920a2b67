// SPDX-License-Identifier: BSD-3-Clause
// What a role tells the driver. A role calls no other role: it emits, and the driver, which called
// it, does the rest in the order of emission (driver.c).
#pragma once

#include <assert.h>

#include "worker/worker.h"

static inline void emit(struct hl_worker *w, struct emitted emitted)
{
	assert(w->n_emitted < EMITTED_MAX);
	w->emitted[w->n_emitted++] = emitted;
}

// For the failover machine. code: what to remember.
static inline void emit_event(struct hl_worker *w, enum failover_event event, uint16_t code)
{
	emit(w, (struct emitted){ .what = EMITTED_EVENT, .event = event, .code = code });
}
