// SPDX-License-Identifier: BSD-3-Clause
// A virtual network between a worker and a registrar: frames with an arrival time, lost, late, out
// of order and twice as the seed says.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/packet.h>
#include "base/rng.h"

enum side { TO_SERVER, TO_WORKER };

// Faults apply to IPv4 only: without ARP there is no test.
struct network_faults {
	uint32_t loss, twice;         // 1/100 of a percent, each way
	uint64_t delay_ns, jitter_ns; // one way; jitter reorders
};

struct network {
	struct rng rng;
	struct network_faults faults;
	struct flight *heap; // by arrival, then by order of sending
	uint32_t n, room;
	uint64_t order;
	uint64_t sent, lost, doubled;
};

struct flight {
	uint64_t at_ns, order;
	uint8_t *bytes;
	uint16_t len;
	enum side side;
};

void network_init(struct network *net, uint64_t seed);
void network_free(struct network *net);
void network_send(struct network *net, enum side side, const struct hl_packet *pkt,
		  uint64_t now_ns);
// Arrival of the next frame; UINT64_MAX: none.
uint64_t network_next(const struct network *net);
// Take a frame that has arrived by now; free() its bytes. False: none.
bool network_receive(struct network *net, uint64_t now_ns, struct flight *out);
