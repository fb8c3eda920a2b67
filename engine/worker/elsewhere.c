// SPDX-License-Identifier: BSD-3-Clause
// Replies from another address or port than was asked (reply_source): the branch proves them, as RFC 3261
// 18.1.2 has it. From where is kept, so that the run can say it once for each place.
#include "worker/elsewhere.h"

#include "base/count.h"
#include "worker/kinds.h"
#include "worker/request.h"

static bool same(const struct hl_endpoint *a, const struct hl_endpoint *b)
{
	return a->port == b->port && hl_addr_equal(&a->addr, &b->addr);
}

void elsewhere_note(struct hl_worker *w, uint32_t i, const struct branch *b,
		    const struct hl_endpoint *src)
{
	const struct plan_endpoint *to = request_endpoint(w, i, request_kinds[b->kind], b->server);

	count(&w->counters.elsewhere);
	for (unsigned k = 0; k < HL_ELSEWHERES; k++) {
		struct elsewhere *e = &w->elsewheres[k];

		if (!atomic_load_explicit(&e->known, memory_order_relaxed)) {
			e->places.from = *src;
			if (to)
				e->places.asked = to->at;
			atomic_store_explicit(&e->known, 1, memory_order_release);
			return;
		}
		if (same(&e->places.from, src))
			return;
	}
}

bool hl_worker_elsewhere(const struct hl_worker *w, uint32_t k, struct hl_elsewhere *places)
{
	const struct elsewhere *e = &w->elsewheres[k < HL_ELSEWHERES ? k : 0];

	if (k >= HL_ELSEWHERES ||
	    !atomic_load_explicit((_Atomic uint32_t *)&e->known, memory_order_acquire))
		return false;
	*places = e->places;
	return true;
}
