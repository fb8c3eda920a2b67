// SPDX-License-Identifier: BSD-3-Clause
// When in a period a line has its turn.
#pragma once

#include "worker/worker.h"

// A line's own time in a period: how long until it comes. Lines of a profile have theirs in
// the order of their numbers, evenly, so that timers find them in the order of memory.
uint64_t phase_wait_ns(struct hl_worker *w, uint32_t i, uint64_t period_ns);
// A random number that lines beside each other share for a while, where there are many: what it puts off
// stays in the order of memory.
uint64_t phase_block_draw(struct hl_worker *w, uint32_t i);
