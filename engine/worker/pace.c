// SPDX-License-Identifier: BSD-3-Clause
// Pacing: a token bucket as a virtual schedule (GCRA), at most 1 ms of rate behind.
#include "worker/pace.h"

#define PACE_BURST_NS 1000000ull

// The run's rate, of which each worker has its share, one after the other.
void pace_set_rate(struct hl_worker *w, uint64_t rate, uint64_t from_ns)
{
	uint64_t second = (1000000000ull << PACE_SHIFT), n = w->plan->options.n_workers;

	w->interval = rate ? second * n / rate : 0;
	w->next_send = (struct pace){ 0 };
	if (rate)
		w->next_send.at_ns = from_ns + (second * w->options.index / rate >> PACE_SHIFT);
}

bool pace_allows(const struct hl_worker *w)
{
	return w->interval == 0 || w->next_send.at_ns <= w->now_ns;
}

// After a stall the schedule moves up to 1 ms before now: what was missed is not made up for.
void pace_take(struct hl_worker *w)
{
	if (w->interval == 0)
		return;
	pace_not_before(&w->next_send, w->now_ns > PACE_BURST_NS ? w->now_ns - PACE_BURST_NS : 0);
	pace_advance(&w->next_send, w->interval);
}

uint64_t pace_next_ns(const struct hl_worker *w)
{
	return pace_allows(w) ? w->now_ns : w->next_send.at_ns;
}

static struct pace *server_schedule(const struct hl_worker *w, const struct line *l,
				    enum hl_server server)
{
	return &w->server_next[worker_profile_index(w, l) * HL_SERVERS + server];
}

uint64_t pace_book_server(struct hl_worker *w, const struct line *l, enum hl_server server)
{
	uint64_t interval = worker_profile(w, l)->server_interval;
	struct pace *next = server_schedule(w, l, server);

	if (interval == 0)
		return 0;
	pace_not_before(next, w->now_ns);
	uint64_t at_ns = next->at_ns;
	pace_advance(next, interval);
	return at_ns - w->now_ns;
}

bool pace_server_free(const struct hl_worker *w, const struct line *l, enum hl_server server)
{
	return worker_profile(w, l)->server_interval == 0 ||
	       server_schedule(w, l, server)->at_ns <= w->now_ns;
}
