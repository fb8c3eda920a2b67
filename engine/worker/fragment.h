// SPDX-License-Identifier: BSD-3-Clause
// Fragments of IPv4 datagrams, until a datagram is whole.
#pragma once

#include "worker/worker.h"

// True: this one made a datagram whole, which stays until the next one.
bool fragment_serve(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f,
		    struct frame *whole);
void fragment_expire(struct hl_worker *w);
