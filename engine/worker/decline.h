// SPDX-License-Identifier: BSD-3-Clause
// Replies that the scanner declines, on their way to the full parser.
#pragma once

#include "worker/worker.h"

// A reply that the scanner left to the full parser, off this lcore.
void decline_reply(struct hl_worker *w, const struct frame *f);
