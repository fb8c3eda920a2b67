// SPDX-License-Identifier: BSD-3-Clause
// Which request of a line may sign next: the registration, then the others in the order of their list.
#include "worker/turn.h"

#include "worker/registration.h"
#include "worker/request.h"

bool turn_is_taken(const struct hl_worker *w, uint32_t i, const struct request_ops *ops)
{
	enum hl_server server = request_describe(w, i, ops).server;

	if (registration_is_open(w, i, server))
		return true;
	for (uint32_t k = 0; k < w->n_rare; k++) {
		const struct request_ops *other = w->rare[k];
		const struct exchange *e = request_exchange(w, i, other);

		if (other == ops || !other->signs || !exchange_is_open(e))
			continue;
		// one of a later kind goes first only when it has left
		if ((other->kind < ops->kind || exchange_is_out(e)) &&
		    request_describe(w, i, other).server == server)
			return true;
	}
	return false;
}

bool turn_has_passed(const struct hl_worker *w, uint32_t i, const struct request_ops *ops)
{
	const struct request r = request_describe(w, i, ops);

	if (!r.with_auth)
		return false;
	if (turn_is_taken(w, i, ops) || (int32_t)(w->lines[i].registration.number - r.number) > 0)
		return true;
	for (uint32_t k = 0; k < w->n_rare; k++)
		if (w->rare[k]->signs &&
		    (int32_t)(request_exchange(w, i, w->rare[k])->number - r.number) > 0)
			return true;
	return false;
}
