// SPDX-License-Identifier: BSD-3-Clause
// ARP for the own addresses, and the announcement of those of both families.
#pragma once

#include "worker/worker.h"

void address_arp(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f);
// Tells all of the lines' addresses where they are, unasked, one in a call.
void address_announce(struct hl_worker *w);
