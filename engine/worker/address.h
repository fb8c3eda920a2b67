// SPDX-License-Identifier: BSD-3-Clause
// ARP for the own addresses, and their announcement.
#pragma once

#include "worker/worker.h"

void address_arp(struct hl_worker *w, const struct hl_packet *pkt, const struct frame *f);
// Gratuitous ARP for the lines' addresses, some in each call.
void address_announce(struct hl_worker *w);
