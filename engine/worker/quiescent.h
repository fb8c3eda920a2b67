// SPDX-License-Identifier: BSD-3-Clause
// The worker's quiescent points: where it holds nothing of the constants, and takes those that are current.
#pragma once

#include "worker/worker.h"

// Others were published, or it rested.
void quiescent_take(struct hl_worker *w);

// Do messages of the line differ from what they were when a request left that is still out? Then it must not be
// sent again: a retransmission has the same bytes as the request (RFC 3261 17.1.2.2).
bool quiescent_text_is_new(const struct hl_worker *w, const struct line *l, uint32_t sent);

// Once a call, before anything else.
static inline void quiescent_pass(struct hl_worker *w)
{
	const struct published *now = publish_current(&w->plan->constants);

	if (__builtin_expect((const struct published *)w->constants != now, 0))
		quiescent_take(w);
}
