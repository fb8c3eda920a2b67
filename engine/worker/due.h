// SPDX-License-Identifier: BSD-3-Clause
// What a line's timers ask for.
#pragma once

#include "worker/worker.h"

// The line's wheel entry has come.
void line_due(struct hl_worker *w, uint32_t i);
