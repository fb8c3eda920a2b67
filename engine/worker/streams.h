// SPDX-License-Identifier: BSD-3-Clause
// What a line sends to its active server beside the registration, started and stopped.
#pragma once

#include "worker/worker.h"

// Only with w->follows. The line's state has changed.
void streams_follow(struct hl_worker *w, uint32_t i);
