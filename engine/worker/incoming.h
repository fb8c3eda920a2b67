// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "worker/worker.h"

// A request to a line.
void worker_incoming(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f);
