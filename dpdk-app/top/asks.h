// SPDX-License-Identifier: BSD-3-Clause
// What the run is asked next, and what its answers change.
#pragma once

#include "top/viewer.h"

// The next request, for a screen of so many rows. NULL: nothing is due. From here on it is under way.
json_t *top_ask_next(struct viewer *viewer, int rows, uint64_t now_ns);

// When something is due next.
uint64_t top_ask_due_ns(const struct viewer *viewer);

// An answer to what was asked last. Takes the reply.
void top_answer(struct viewer *viewer, json_t *reply, uint64_t now_ns);

// Nobody answers any more, or somebody does again: what is under way is forgotten.
void top_away(struct viewer *viewer);
void top_back(struct viewer *viewer, uint64_t now_ns);
