// SPDX-License-Identifier: BSD-3-Clause
// A lane is an lcore's poll loop; a station is what it polls: a queue with an engine behind it.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <pthread.h>
#include <rte_mbuf.h>

#include <heartline/packet.h>
#include <heartline/registrar.h>
#include <heartline/worker.h>

#include "handoff.h"

#define STATION_OUT 256 // frames that one poll may write
// Frames that wait for a full device; a power of two. No more than a poll writes: what waits here makes
// a server look slow, and fills the cache.
#define STATION_PENDING 256
#define STATION_FULL_BURSTS 8 // read one after the other before a worker looks at its timers
#define LANE_STATIONS 2
#define LANES_MAX 64

enum station_kind { STATION_WORKER, STATION_REGISTRAR };

// Writer of everything here: its lane; others read the counters and write `order`.
struct station {
	enum station_kind kind;
	union {
		struct hl_worker *worker;
		struct hl_registrar *registrar;
	};
	uint16_t port_id, queue;
	bool tx_csum;
	struct rte_mempool *pool;
	struct handoff *handoff; // NULL: one worker, every frame is its own
	struct hl_plan *plan;    // for handoff
	unsigned index;          // of the worker
	uint64_t last_ns;        // time as last given to the engine
	unsigned full_bursts;    // of received frames, one after the other, a worker's

	// buffers to write into, and the same as the engine sees them
	struct rte_mbuf *spare[STATION_OUT];
	struct hl_packet out[STATION_OUT];
	uint16_t n_spare;

	// written frames that the device has not taken yet, a ring
	struct rte_mbuf *pending[STATION_PENDING];
	uint32_t first_pending, n_pending;
	uint64_t progress_ns;   // when the device last took a frame, or began to have one
	bool stalled;           // it took none for too long: frames are lost until it does
	uint64_t full_since_ns; // of the first frame that had to wait, while any waits; else 0

	_Atomic uint64_t tx_dropped; // frames given up, since the device took none for too long
	_Atomic uint64_t tx_full;    // polls after which frames waited, since the device was full
	_Atomic uint64_t tx_full_ns; // the longest time on end in which frames waited
	_Atomic uint64_t no_buffer;  // refills of `spare` that failed
	_Atomic uint64_t order;      // a fault for the registrar: see station_order()
};

struct lane {
	unsigned lcore;
	unsigned n_stations;
	struct station *stations[LANE_STATIONS];
	bool idle_sleep; // sleep when there is nothing to do (idle.h)
	bool launched;
	_Atomic bool quit;            // writer: control
	_Atomic bool running;         // thread is valid
	_Atomic uint64_t beats;       // polls
	pthread_t thread;             // of the loop, for wakes
	uint64_t seen_beats, seen_ns; // control's: for stalls
	uint64_t stalls;              // control's
};

// Run a lane's loop until `quit`; the function of an lcore.
int lane_run(void *lane);

// Start a lane on its lcore, and stop it.
int lane_launch(struct lane *lane, struct hl_error *err);
void lane_stop(struct lane *lane);

// Wake a lane that hangs in a system call of its driver (af_packet waits without a time-out when
// its ring is full). Call often, from control.
void lane_watch(struct lane *lane, uint64_t now_ns);

int station_prepare(struct station *station, struct hl_error *err);
void station_release(struct station *station);

enum poll_work { POLL_RECEIVED = 1 << 0, POLL_SENT = 1 << 1 };

// One round: receive, let the engine answer and do what is due, send. What there was to do, as bits.
unsigned station_poll(struct station *station);

// When it has something to do next, should nothing arrive; now_ns: at once.
uint64_t station_next_ns(const struct station *station, uint64_t now_ns);

// Put a fault on a server of a registrar that a lane runs; returns when it is in force.
void station_order(struct station *station, uint32_t server, enum hl_fault fault, uint32_t value);
