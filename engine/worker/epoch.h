// SPDX-License-Identifier: BSD-3-Clause
// The numbers of a line begin again, with another Call-ID, before they run out.
#pragma once

#include "worker/worker.h"

// A line has come to NUMBER_EPOCH and is about to register.
void epoch_begin(struct hl_worker *w, uint32_t i);
