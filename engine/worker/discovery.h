// SPDX-License-Identifier: BSD-3-Clause
// Neighbour discovery for the own addresses, and what neighbours say of theirs.
#pragma once

#include "worker/worker.h"

void discovery_serve(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f);
