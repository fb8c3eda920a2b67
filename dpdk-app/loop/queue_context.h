// SPDX-License-Identifier: BSD-3-Clause
// What a poll loop polls: a queue of a port with the engine behind it, a worker or a registrar.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <heartline/packet.h>
#include <heartline/registrar.h>
#include <heartline/worker.h>

#include "loop/handoff.h"
#include "trace/tap.h"

#define QUEUE_OUT 256 // frames that one poll may write
// Frames that wait for a full device; a power of two. Not more than one poll writes, since the time
// that frames wait here looks like the server's, and they evict other data from the cache.
#define QUEUE_PENDING 256
#define QUEUE_FULL_BURSTS 8 // full bursts to read in a row before a worker looks at its timers

enum queue_kind { QUEUE_WORKER, QUEUE_REGISTRAR };

// Written by the loop that polls it. Other threads only read the counters, and write `order` and `tap`.
struct queue_context {
	enum queue_kind kind;
	union {
		struct hl_worker *worker;
		struct hl_registrar *registrar;
	};
	uint16_t port_id, queue_id;
	bool tx_csum;
	struct rte_mempool *pool;
	struct handoff *handoff;   // NULL: there is one worker, and every frame is for it
	struct hl_plan *plan;      // to find the owner of a frame, for the hand-off
	_Atomic(struct tap *) tap; // NULL: nothing is traced; writer: control
	unsigned index;            // of the worker
	uint64_t last_ns;          // time as last given to the engine
	unsigned full_bursts;      // received in a row; workers only

	// Empty buffers, and the same as the engine sees them.
	struct rte_mbuf *spare[QUEUE_OUT];
	struct hl_packet out[QUEUE_OUT];
	uint16_t n_spare;

	// A ring of written frames that the device has not taken yet.
	struct rte_mbuf *pending[QUEUE_PENDING];
	uint32_t first_pending, n_pending;
	uint64_t progress_ns; // when the device last took a frame, or was offered one after a pause
	bool stalled; // it has taken none for too long, so frames are dropped until it takes one
	uint64_t full_since_ns; // since when frames have been waiting; 0: none is

	_Atomic uint64_t tx_dropped; // frames dropped because the device took none for too long
	_Atomic uint64_t tx_full;    // polls after which frames waited for a full device
	_Atomic uint64_t tx_full_ns; // the longest uninterrupted time during which frames waited
	_Atomic uint64_t no_buffer;  // refills of `spare` that failed
	_Atomic uint64_t order;      // a fault to switch on: see queue_set_fault()
};

int queue_prepare(struct queue_context *queue, struct hl_error *err);
void queue_release(struct queue_context *queue);

enum poll_work { POLL_RECEIVED = 1 << 0, POLL_SENT = 1 << 1 };

// One round: receive, let the engine answer and do what is due, send. Returns bits of enum
// poll_work.
unsigned queue_poll(struct queue_context *queue);

// When there is something to do next if nothing arrives before; now_ns: at once.
uint64_t queue_next_ns(const struct queue_context *queue, uint64_t now_ns);

// Switch on a fault of a registrar's server while a loop polls it. Returns when it is in force.
void queue_set_fault(struct queue_context *queue, uint32_t server, enum hl_fault fault,
		     uint32_t value);
