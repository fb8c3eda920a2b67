// SPDX-License-Identifier: BSD-3-Clause
// Rules that hold at any time, and those that hold once the faults are over.
#pragma once

#include <stdbool.h>

#include "world.h"

// After each step: a timer armed for every line, and who is registered is bound.
void verify_step(struct world *world);
// A line has sent a request that is no unregister.
void verify_sender(struct world *world, uint32_t line);
// Every line is in a state, bound where it should be and, `alone`, nowhere else.
void verify_settled(struct world *world, enum hl_line_state expected, bool alone);
// All lines are stopped: no binding is left.
void verify_balance(struct world *world);
void verify_end(struct world *world);
