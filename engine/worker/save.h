// SPDX-License-Identifier: BSD-3-Clause
// What survives of the lines, told by their owner between two bursts.
#pragma once

#include "worker/worker.h"

// Who the line is, as saved_identity() has it.
void save_identity(const struct hl_worker *w, uint32_t i, uint64_t identity[2]);

// Answer the question that was asked.
void save_answer(struct hl_worker *w);
