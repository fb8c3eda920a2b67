// SPDX-License-Identifier: BSD-3-Clause
// Pacing: two token buckets as virtual schedules (GCRA). One holds the rate, and what a stall kept from leaving
// is made up for within a bound; the other one bounds how fast.
#include "worker/pace.h"

#include "base/count.h"
#include "worker/arm.h"

#define STALL_NS 20000000ull // so much of the rate is made up for while requests wait
#define IDLE_NS 1000000ull   // and so much while none does: there was nothing to send
#define PEAK_TIMES 2         // the rate, at most
#define PEAK_AT_ONCE 8       // requests of it back to back, or
#define PEAK_NS 500000ull    // so much of it

static uint64_t scale(uint64_t ns, uint64_t interval, uint64_t before)
{
	return (uint64_t)((unsigned __int128)ns * interval / before);
}

// Workers of one port have as many lines each; those of several have not, and their shares are by lines.
static uint64_t share_interval(const struct hl_worker *w, uint64_t rate)
{
	uint64_t second = (1000000000ull << PACE_SHIFT);

	if (w->plan->directory.n_ports == 1)
		return second * w->plan->options.n_workers / rate;
	return scale(second, w->plan->table.n_lines, rate * (w->n ? w->n : 1));
}

// The run's rate, of which each worker has its share, one after the other. A schedule that goes on keeps the share
// of a request that it had come to, so that a rate in small steps loses and gains none.
void pace_set_rate(struct hl_worker *w, uint64_t rate, uint64_t from_ns)
{
	uint64_t second = (1000000000ull << PACE_SHIFT);
	uint64_t before = w->interval, at_ns = w->next_send.at_ns;

	w->interval = rate ? share_interval(w, rate) : 0;
	w->next_send = w->peak_send = (struct pace){ 0 };
	if (rate == 0)
		return;
	if (before == 0)
		w->next_send.at_ns = from_ns + (second * w->options.index / rate >> PACE_SHIFT);
	else if (at_ns >= from_ns)
		w->next_send.at_ns = from_ns + scale(at_ns - from_ns, w->interval, before);
	else
		w->next_send.at_ns = from_ns - scale(from_ns - at_ns, w->interval, before);
	uint64_t at_once_ns = (PEAK_AT_ONCE - 1) * (w->interval / PEAK_TIMES) >> PACE_SHIFT;
	w->peak_ahead_ns = at_once_ns > PEAK_NS ? at_once_ns : PEAK_NS;
}

// What cannot be made up for any more, while requests waited, was the generator's doing.
void pace_look_back(struct hl_worker *w)
{
	bool waits = ready_count(w) > 0;
	uint64_t most_ns = waits ? STALL_NS : IDLE_NS, at_ns = w->next_send.at_ns;

	if (w->now_ns > w->peak_ahead_ns)
		pace_not_before(&w->peak_send, w->now_ns - w->peak_ahead_ns);
	if (w->now_ns < most_ns || at_ns >= w->now_ns - most_ns)
		return;
	if (!waits) {
		pace_not_before(&w->next_send, w->now_ns - most_ns);
		return;
	}
	uint64_t missed = scale(w->now_ns - most_ns - at_ns, 1 << PACE_SHIFT, w->interval);
	pace_advance(&w->next_send, missed * w->interval);
	count_add(&w->counters.limits[HL_LIMIT_RATE_MISSED], missed);
}

bool pace_allows(const struct hl_worker *w)
{
	return w->interval == 0 ||
	       (w->next_send.at_ns <= w->now_ns && w->peak_send.at_ns <= w->now_ns);
}

void pace_take(struct hl_worker *w)
{
	if (w->interval == 0)
		return;
	pace_advance(&w->next_send, w->interval);
	pace_advance(&w->peak_send, w->interval / PEAK_TIMES);
}

uint64_t pace_next_ns(const struct hl_worker *w)
{
	uint64_t next = w->next_send.at_ns, peak = w->peak_send.at_ns;

	return pace_allows(w) ? w->now_ns : next > peak ? next : peak;
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
