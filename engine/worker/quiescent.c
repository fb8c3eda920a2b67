// SPDX-License-Identifier: BSD-3-Clause
// A worker takes the constants that are current, or rests.
#include "worker/quiescent.h"

#include "worker/clock.h"

void quiescent_take(struct hl_worker *w)
{
	w->constants = (const struct plan_constants *)publish_take(&w->plan->constants,
								   w->options.index);
	for (uint32_t k = 0; k < w->constants->n_profiles; k++) {
		struct text_change *change = &w->text_changes[k];

		if (change->seen == w->constants->profiles[k].text_changes)
			continue;
		change->seen = w->constants->profiles[k].text_changes;
		change->at_ns = w->now_ns; // of the call before, or of the start
	}
}

bool quiescent_text_is_new(const struct hl_worker *w, const struct line *l, uint32_t sent)
{
	const struct text_change *change = &w->text_changes[worker_profile_index(w, l)];
	uint64_t ago = (w->now_ns - change->at_ns) >> STAMP_SHIFT;
	uint32_t out = clock_stamp(w) - sent;

	// no request is out for as long as it takes stamps to come around
	return change->seen != 0 && ago <= UINT32_MAX && out >= (uint32_t)ago;
}

void hl_worker_rest(struct hl_worker *w)
{
	w->constants = NULL;
	publish_rest(&w->plan->constants, w->options.index);
}
