// SPDX-License-Identifier: BSD-3-Clause
// Pacing of requests: the run's rate, and that of new registrations at each server.
#pragma once

#include "worker/worker.h"

// Requests a second of the whole run, from then on; 0: no limit.
void pace_set_rate(struct hl_worker *w, uint64_t rate, uint64_t from_ns);
// At the begin of each call: how far the schedule may be behind.
void pace_look_back(struct hl_worker *w);
static inline void pace_begin(struct hl_worker *w)
{
	if (w->interval)
		pace_look_back(w);
}
bool pace_allows(const struct hl_worker *w);
void pace_take(struct hl_worker *w);
uint64_t pace_next_ns(const struct hl_worker *w);
// server_rate: the next place in a server's schedule of new registrations. ns to wait for it, 0:
// none.
uint64_t pace_book_server(struct hl_worker *w, const struct line *l, enum hl_server server);
bool pace_server_free(const struct hl_worker *w, const struct line *l, enum hl_server server);
