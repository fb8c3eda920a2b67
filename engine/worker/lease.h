// SPDX-License-Identifier: BSD-3-Clause
// Addresses that come from DHCP, while the lines of a port run. The first worker of the port has their clients.
#pragma once

#include "worker/worker.h"

// Timers of the clients.
void lease_serve(struct hl_worker *w);
// No sooner has any of them anything to do.
uint64_t lease_next(const struct hl_worker *w);
// mac: of who sent it on the link. False: it is none of theirs.
bool lease_hear(struct hl_worker *w, const struct frame *f, const uint8_t *mac);
void lease_hear_arp(struct hl_worker *w, const struct frame *f);

// As leases_changed() of struct hl_leases; context: of the plan.
void lease_changed(void *context, uint32_t i, bool held);
