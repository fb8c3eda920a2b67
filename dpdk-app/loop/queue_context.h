// SPDX-License-Identifier: BSD-3-Clause
// What a poll loop polls: a queue of a port with the engine behind it, a worker or a registrar.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include <heartline/packet.h>
#include <heartline/registrar.h>
#include <heartline/worker.h>

#include "loop/handoff.h"

#define QUEUE_OUT 256 // frames that one poll may write
// Frames that wait for a full device; a power of two. No more than a poll writes: what waits here makes
// a server look slow, and fills the cache.
#define QUEUE_PENDING 256
#define QUEUE_FULL_BURSTS 8 // read one after the other before a worker looks at its timers

enum queue_kind { QUEUE_WORKER, QUEUE_REGISTRAR };

// Writer of everything here: the loop that polls it; others read the counters and write `order`.
struct queue_context {
	enum queue_kind kind;
	union {
		struct hl_worker *worker;
		struct hl_registrar *registrar;
	};
	uint16_t port_id, queue_id;
	bool tx_csum;
	struct rte_mempool *pool;
	struct handoff *handoff; // NULL: one worker, every frame is its own
	struct hl_plan *plan;    // for handoff
	unsigned index;          // of the worker
	uint64_t last_ns;        // time as last given to the engine
	unsigned full_bursts;    // of received frames, one after the other, a worker's

	// buffers to write into, and the same as the engine sees them
	struct rte_mbuf *spare[QUEUE_OUT];
	struct hl_packet out[QUEUE_OUT];
	uint16_t n_spare;

	// written frames that the device has not taken yet, a ring
	struct rte_mbuf *pending[QUEUE_PENDING];
	uint32_t first_pending, n_pending;
	uint64_t progress_ns;   // when the device last took a frame, or began to have one
	bool stalled;           // it took none for too long: frames are lost until it does
	uint64_t full_since_ns; // of the first frame that had to wait, while any waits; else 0

	_Atomic uint64_t tx_dropped; // frames given up, since the device took none for too long
	_Atomic uint64_t tx_full;    // polls after which frames waited, since the device was full
	_Atomic uint64_t tx_full_ns; // the longest time on end in which frames waited
	_Atomic uint64_t no_buffer;  // refills of `spare` that failed
	_Atomic uint64_t order;      // a fault for the registrar: see queue_set_fault()
};

int queue_prepare(struct queue_context *queue, struct hl_error *err);
void queue_release(struct queue_context *queue);

enum poll_work { POLL_RECEIVED = 1 << 0, POLL_SENT = 1 << 1 };

// One round: receive, let the engine answer and do what is due, send. What there was to do, as bits.
unsigned queue_poll(struct queue_context *queue);

// When it has something to do next, should nothing arrive; now_ns: at once.
uint64_t queue_next_ns(const struct queue_context *queue, uint64_t now_ns);

// Put a fault on a server of a registrar that a loop runs; returns when it is in force.
void queue_set_fault(struct queue_context *queue, uint32_t server, enum hl_fault fault,
		     uint32_t value);
