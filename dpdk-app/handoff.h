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

// Keep the frames of worker `me` at the front of bufs, pass the others on. Returns how many stay;
// *lost grows by those whose ring was full.
uint16_t handoff_sort(struct handoff *handoff, const struct hl_plan *plan, unsigned me,
		      struct rte_mbuf **bufs, uint16_t n, uint64_t *lost);

// Take up to max frames that others passed to `me`.
uint16_t handoff_take(struct handoff *handoff, unsigned me, struct rte_mbuf **bufs, uint16_t max);
