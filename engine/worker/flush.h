// SPDX-License-Identifier: BSD-3-Clause
// First transmissions: what a line wants to send.
#pragma once

#include "worker/worker.h"

// Send what is asked for, then arm; what finds no room or token waits in the ready ring. Whoever has
// changed a line calls this last.
void line_flush(struct hl_worker *w, uint32_t i);
