// SPDX-License-Identifier: BSD-3-Clause
// A question about one line, answered by its owner.
#pragma once

#include "worker/worker.h"

// Answer the question in this place.
void detail_answer(struct hl_worker *w, uint32_t place);
