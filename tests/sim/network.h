// SPDX-License-Identifier: BSD-3-Clause
// A virtual network between a worker and a registrar: frames with an arrival time, lost, late, out
// of order and twice as the seed says.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/packet.h>
#include "base/rng.h"

enum side { TO_SERVER, TO_WORKER, SIDES };

// Faults apply to IPv4 only: without ARP there is no test.
struct network_faults {
	uint32_t loss, twice;         // 1/100 of a percent, each way
	uint64_t delay_ns, jitter_ns; // one way; jitter reorders
};

struct network {
	struct rng rng;
	struct network_faults faults;
	uint64_t drop[SIDES]; // lose exactly this IPv4 frame, the first one is 1; 0: none
	struct flight *heap;  // by arrival, then by order of sending
	uint32_t n, room;
	void *spare; // buffers to use again, each with a pointer to the next
	uint64_t order;
	uint64_t sent[SIDES], lost, doubled; // IPv4
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
// The frame that arrives next; NULL: none is under way.
const struct flight *network_first(const struct network *net);
// Take it; hand its bytes back afterwards.
struct flight network_take(struct network *net);
void network_give_back(struct network *net, uint8_t *bytes);
