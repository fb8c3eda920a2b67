// SPDX-License-Identifier: BSD-3-Clause
// Requests that wait for their next hop (exchange.c). Whenever a neighbour answers, a walk over the
// worker's lines, some of them in each call, lets those go on whose next hop is known by then.
#pragma once

#include "worker/worker.h"

void hop_serve(struct hl_worker *w);
bool hop_has_changed(const struct hl_worker *w);
