// SPDX-License-Identifier: BSD-3-Clause
// A worker's side of a trace: it copies frames into a ring and goes on. Without room it only counts.
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/byte_ring.h"
#include "trace/line_set.h"

struct hl_plan;
struct rte_mbuf;

#define TAP_OFFER_MAX 256  // frames offered at once
#define TAP_BYTES_MAX 2048 // of a frame: more than any datagram of SIP in one piece

// Writer: the worker. Other threads read the counters and consume the ring.
struct tap {
	struct byte_ring *ring;
	const struct hl_plan *plan; // to find a frame's line
	uint8_t port;               // of the plan
	const struct line_set *wanted;
	_Atomic uint64_t recorded, dropped; // frames; dropped: the ring was full

	// What the device was offered last: by frame, where the ring stands behind it, and how many
	// frames up to it are in the ring and are not.
	unsigned n_offered;
	uint64_t at[TAP_OFFER_MAX];
	uint16_t put[TAP_OFFER_MAX], lost[TAP_OFFER_MAX];
};

// NULL: no memory. bytes: a power of two.
struct tap *tap_new(size_t bytes, const struct hl_plan *plan, uint32_t port,
		    const struct line_set *wanted);
void tap_free(struct tap *tap);

void tap_received(struct tap *tap, struct rte_mbuf *const bufs[], uint16_t n, uint64_t now_ns);

// A device owns what it took, and may have overwritten it: frames are copied before they are offered, and
// those that it took are published.
void tap_offer(struct tap *tap, struct rte_mbuf *const bufs[], uint16_t n, uint64_t now_ns);
void tap_sent(struct tap *tap, uint16_t taken);
