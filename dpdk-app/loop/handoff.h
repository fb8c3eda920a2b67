// SPDX-License-Identifier: BSD-3-Clause
// Hand-off: frames that arrived at the wrong worker go to the right one over rings, which drop when
// full.
#pragma once

#include <stdint.h>

#include <heartline/error.h>
#include <heartline/plan.h>

struct rte_mbuf;
struct handoff;

// Between the workers of a plan that share a port.
int handoff_new(struct handoff **handoff, const struct hl_plan *plan, struct hl_error *err);
void handoff_free(struct handoff *handoff);

// What a worker did with the frames that the port gave it.
struct handoff_counts {
	uint64_t kept;   // for lines of its own
	uint64_t passed; // passed to another worker
	uint64_t lost;   // dropped, because the other worker's ring was full
	// Of the above, frames of lines whose replies the port steers: those that came to the
	// line's worker, and those that did not.
	uint64_t arrived_home, arrived_elsewhere;
};

// Keep the frames of worker `me` at the front of bufs, pass the others on. Returns how many stay.
uint16_t handoff_sort(struct handoff *handoff, const struct hl_plan *plan, unsigned me,
		      struct rte_mbuf **bufs, uint16_t n);

// Take up to max frames that others passed to `me`.
uint16_t handoff_take(struct handoff *handoff, unsigned me, struct rte_mbuf **bufs, uint16_t max);

// Counts of one worker, and the sums over all. Any thread may ask. Without a hand-off (NULL) all
// are 0.
void handoff_count(const struct handoff *handoff, unsigned worker, struct handoff_counts *counts);
void handoff_count_all(const struct handoff *handoff, struct handoff_counts *counts);
