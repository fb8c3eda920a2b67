// SPDX-License-Identifier: BSD-3-Clause
// Commands from the control thread, spread over the time that they ask for.
#pragma once

#include "worker/worker.h"

// Commands, spread over time.
void command_serve(struct hl_worker *w);
// Earliest time at which it has something to do; 0: at once, UINT64_MAX: nothing.
uint64_t command_next(const struct hl_worker *w);
