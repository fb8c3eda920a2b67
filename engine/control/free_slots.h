// SPDX-License-Identifier: BSD-3-Clause
// Slots without a line, a list for each worker: the one that was given back first is used first. For the
// control thread alone.
#pragma once

#include "worker/plan.h"

// Of the worker that has most free slots among these ports, its first one; SLOT_NONE: there is none. It is
// not in its list any more.
#define SLOT_NONE UINT32_MAX
uint32_t free_slot_take(struct hl_plan *plan, uint16_t first_port, uint16_t last_port);
// It was not used after all: it comes first again.
void free_slot_put_back(struct hl_plan *plan, uint32_t slot);
// The last one from now on.
void free_slot_give(struct hl_plan *plan, uint32_t slot);
// How many there are.
uint32_t free_slots_count(const struct hl_plan *plan, uint16_t first_port, uint16_t last_port);
