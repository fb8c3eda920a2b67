// SPDX-License-Identifier: BSD-3-Clause
// ICMP errors about requests that are out, and pings.
#pragma once

#include "worker/worker.h"

void icmp_serve(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f);
