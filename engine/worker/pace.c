// SPDX-License-Identifier: BSD-3-Clause
// Pacing: a token bucket as a virtual schedule (GCRA), at most 1 ms of rate behind.
#include "worker/worker.h"

#define PACE_BURST_NS 1000000ull

bool pace_allows(const struct hl_worker *w)
{
	return w->interval == 0 || w->next_send <= w->now_ns << PACE_SHIFT;
}

// After a stall the schedule moves up to 1 ms before now: what was missed is not made up for.
void pace_take(struct hl_worker *w)
{
	if (w->interval == 0)
		return;
	uint64_t oldest_ns = w->now_ns > PACE_BURST_NS ? w->now_ns - PACE_BURST_NS : 0;
	uint64_t oldest = oldest_ns << PACE_SHIFT;
	w->next_send = (w->next_send > oldest ? w->next_send : oldest) + w->interval;
}

uint64_t pace_next_ns(const struct hl_worker *w)
{
	uint64_t at = (w->next_send >> PACE_SHIFT) + 1;
	return pace_allows(w) || at < w->now_ns ? w->now_ns : at;
}

static uint64_t *server_schedule(const struct hl_worker *w, const struct line *l,
				 enum hl_server server)
{
	return &w->server_next[w->plan->shapes[l->shape].profile * HL_SERVERS + server];
}

uint64_t pace_book_server(struct hl_worker *w, const struct line *l, enum hl_server server)
{
	uint64_t interval = worker_profile(w, l)->server_interval;
	uint64_t now = w->now_ns << PACE_SHIFT;
	uint64_t *next = server_schedule(w, l, server);

	if (interval == 0)
		return 0;
	uint64_t at = *next > now ? *next : now;
	*next = at + interval;
	return (at - now) >> PACE_SHIFT;
}

bool pace_server_free(const struct hl_worker *w, const struct line *l, enum hl_server server)
{
	return worker_profile(w, l)->server_interval == 0 ||
	       *server_schedule(w, l, server) <= w->now_ns << PACE_SHIFT;
}
