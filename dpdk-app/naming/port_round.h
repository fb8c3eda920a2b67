// SPDX-License-Identifier: BSD-3-Clause
// A port before any loop polls it: what comes goes to a callback, and what that writes leaves.
#pragma once

#include <heartline/packet.h>

#include "device/port.h"

struct port_caller {
	void (*poll)(void *context, const struct hl_packet *pkts, uint16_t n, struct hl_burst *tx);
	void *context;
};

#define PORT_ROUND_NS 500000 // a good time from one round to the next

// One round of all queues.
void port_round(const struct port *port, const struct port_caller *caller);
