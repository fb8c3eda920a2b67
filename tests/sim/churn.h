// SPDX-License-Identifier: BSD-3-Clause
// Lines that are added and removed at random times, while everything else goes on.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/packet.h>
#include "base/rng.h"

#define CHURN_GONE_MAX 4096
#define CHURN_KEPT 256 // answers

struct world;

struct churn_counts {
	uint32_t added, again; // lines; of them with a number that another slot had before
	uint32_t removed;      // slots that were given back
	uint32_t late;         // answers that reached another line's slot
};

struct churn {
	struct rng rng;
	uint64_t next_ns, until_ns; // when a line is added or removed next, and never after
	uint32_t number;            // of the next line that never was there
	uint32_t gone
		[CHURN_GONE_MAX]; // numbers of lines that were removed, or that a restart has lost
	uint32_t n_gone;
	// Answers that were delivered, a ring; some come again when their line is gone.
	struct {
		uint8_t bytes[HL_FRAME_MAX];
		uint16_t len;
	} kept[CHURN_KEPT];
	uint32_t n_kept;
	bool balanced; // the servers have been balancers
	struct churn_counts counts;
};

// Until a time, the world's; before, the worker has started.
void churn_begin(struct world *world, uint64_t until_ns);
// After each step of the worker.
void churn_step(struct world *world);
// A new worker knows of the configured lines only.
void churn_restarted(struct world *world);
// Hand a packet to the worker by `deliver`; one that answers a line which is gone must change nothing.
void churn_receive(struct world *world, const struct hl_packet *pkt,
		   void (*deliver)(struct world *world, const struct hl_packet *pkt));
// Some answer to a line that is gone comes once more, by the same way.
void churn_replay(struct world *world,
		  void (*deliver)(struct world *world, const struct hl_packet *pkt));
// The lines are stopped: whoever was there ever has no binding, and no slot is lost.
void churn_verify_end(struct world *world);
