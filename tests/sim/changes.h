// SPDX-License-Identifier: BSD-3-Clause
// Settings that an operator changes while faults go on.
#pragma once

#include "scenario.h"

// The random scenario of this seed, with changes in between.
void scenario_changes(struct scenario *s, uint64_t seed);

void change_put(struct world *world, const struct scenario_fault *f);
// The scenario's own settings again.
void changes_undo(struct world *world);
// What was replaced is freed, and the worker has the latest; it has been called since.
void changes_verify(struct world *world);
// The watch allows for all values that there will be.
void changes_watch(struct world *world, const struct scenario *s);
