// SPDX-License-Identifier: BSD-3-Clause
// Frames that arrived at the wrong worker go to the right one, over rings that drop when full.
#pragma once

#include <stdint.h>

#include <rte_mbuf.h>

#include <heartline/error.h>
#include <heartline/plan.h>

struct handoff;

int handoff_new(struct handoff **handoff, unsigned n_workers, struct hl_error *err);
void handoff_free(struct handoff *handoff);

// What a worker did with the frames that the port gave it.
struct handoff_counts {
	uint64_t kept;   // its own
	uint64_t passed; // on to another worker
	uint64_t lost;   // of another worker, whose ring was full
	// of the above, frames of lines whose replies the port was to bring home by itself
	uint64_t arrived_home, arrived_elsewhere; // and did; and did not
};

// Keep the frames of worker `me` at the front of bufs, pass the others on. Returns how many stay.
uint16_t handoff_sort(struct handoff *handoff, const struct hl_plan *plan, unsigned me,
		      struct rte_mbuf **bufs, uint16_t n);

// Take up to max frames that others passed to `me`.
uint16_t handoff_take(struct handoff *handoff, unsigned me, struct rte_mbuf **bufs, uint16_t max);

// Of one worker, and of all; any thread. Without a hand-off (NULL) all is 0.
void handoff_count(const struct handoff *handoff, unsigned worker, struct handoff_counts *counts);
void handoff_count_all(const struct handoff *handoff, struct handoff_counts *counts);
