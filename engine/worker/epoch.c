// SPDX-License-Identifier: BSD-3-Clause
// The numbers of a line end one day: a REGISTER begins them again, with another Call-ID.
//
// OPTIONS keep theirs, so a probe that is out stays. An unregister or a SUBSCRIBE that is out is
// waited for, and the next REGISTER will do as well; but not for ever. A subscription's dialog cannot
// go back, so a new one follows.
#include "worker/epoch.h"

#include "base/count.h"
#include "line/branch.h"
#include "worker/registration.h"
#include "worker/request.h"

// The text of these depends on the epoch, so their copies would be of another.
static bool may_begin(const struct hl_worker *w, uint32_t i)
{
	for (uint32_t k = 0; k < w->n_rare; k++)
		if (w->rare[k]->method != HL_OPTIONS &&
		    exchange_is_out(request_exchange(w, i, w->rare[k])))
			return false;
	return true;
}

void epoch_begin(struct hl_worker *w, uint32_t i)
{
	struct line *l = &w->lines[i];
	struct line_cold *c = &w->cold[i];

	if (!may_begin(w, i) && l->cseq < NUMBER_EPOCH_LATEST)
		return;
	registration_abandon(w, i);
	l->cseq = l->registration.number = 0;
	for (unsigned server = 0; server < HL_SERVERS; server++)
		c->epochs[server]++;
	for (uint32_t k = 0; k < w->n_rare; k++)
		if (w->rare[k]->renumbered)
			w->rare[k]->renumbered(w, i);
	count(&w->counters.epochs);
}
