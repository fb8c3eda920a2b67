// SPDX-License-Identifier: BSD-3-Clause
// What the control thread asks of the workers while they run.

#include <errno.h>
#include <time.h>

#include "crew.h"
#include "events.h"
#include "stop.h"
#include "timebase.h"

#define EVENTS_AT_ONCE 256
#define EVENT_ROUNDS 256
#define REST_MIN_NS 1000000
#define REST_MAX_NS 10000000

void crew_command(struct crew *crew, enum hl_command_type type, uint64_t spread_ms)
{
	const struct hl_command command = {
		.type = type,
		.n = hl_plan_lines(crew->plan),
		.spread_ns = spread_ms * 1000000,
	};

	for (unsigned i = 0; i < crew->n_workers; i++)
		while (hl_worker_command(crew->workers[i], &command) == -EAGAIN && !stop_at_once())
			crew_serve(crew);
}

static void events_look(struct crew *crew, const struct hl_event *events, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		crew->left_silent_primary += events[i].from == HL_ON_P &&
					     events[i].code == HL_CODE_TIMEOUT;
	if (crew->events)
		events_write(crew->events, crew, events, n);
}

// No more than one ring of them: a worker may be as fast as we are.
void crew_events(struct crew *crew)
{
	struct hl_event events[EVENTS_AT_ONCE];

	for (unsigned i = 0; i < crew->n_workers; i++) {
		uint32_t n = EVENTS_AT_ONCE;
		for (int k = 0; n == EVENTS_AT_ONCE && k < EVENT_ROUNDS; k++) {
			n = hl_worker_events(crew->workers[i], events, EVENTS_AT_ONCE);
			events_look(crew, events, n);
		}
	}
	if (crew->events)
		events_flush(crew->events);
}

void crew_serve(struct crew *crew)
{
	uint64_t now_ns = timebase_ns();
	uint32_t served = 0;

	for (unsigned i = 0; i < crew->n_workers; i++)
		served += hl_worker_serve_slow(crew->workers[i]);
	crew_events(crew);
	for (unsigned i = 0; i < crew->n_lanes; i++)
		if (crew->lanes[i].launched)
			lane_watch(&crew->lanes[i], now_ns);
	// While replies need the full parser look often; a crew at rest is left alone.
	crew->rest_ns = served ? 0 : RTE_MIN(crew->rest_ns + REST_MIN_NS, (uint64_t)REST_MAX_NS);
	if (served == 0)
		nanosleep(&(struct timespec){ .tv_nsec = (long)crew->rest_ns }, NULL);
}

void crew_snapshot(struct crew *crew, struct hl_snapshot *snapshot)
{
	hl_snapshot_take(snapshot, crew->workers, crew->n_workers);
}

uint64_t crew_unsettled(const struct crew *crew)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < crew->n_workers; i++)
		n += hl_worker_unsettled(crew->workers[i]);
	return n;
}

uint64_t crew_leftovers(const struct crew *crew)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < crew->n_workers; i++)
		n += hl_worker_leftovers(crew->workers[i], timebase_ns());
	return n;
}

uint64_t crew_maybe_left(const struct crew *crew)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < crew->n_workers; i++)
		n += hl_worker_maybe_left(crew->workers[i], timebase_ns());
	return n;
}

static uint64_t load(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

void crew_limits(const struct crew *crew, uint64_t limits[HL_LIMITS])
{
	struct handoff_counts handed;

	handoff_count_all(crew->handoff, &handed);
	limits[HL_LIMIT_HANDOFF_DROPPED] += handed.lost;
	for (unsigned i = 0; i < crew->n_workers; i++) {
		const struct station *s = crew->stations[i];
		limits[HL_LIMIT_TX_FULL] += load(&s->tx_full);
		limits[HL_LIMIT_TX_DROPPED] += load(&s->tx_dropped);
		limits[HL_LIMIT_NO_BUFFER] += load(&s->no_buffer);
	}
	for (unsigned i = 0; i < crew->n_lanes; i++)
		limits[HL_LIMIT_STALLS] += crew->lanes[i].stalls;
}

double crew_tx_full_ms(const struct crew *crew)
{
	double longest_ms = 0;

	for (unsigned i = 0; i < crew->n_workers; i++)
		longest_ms = RTE_MAX(longest_ms,
				     (double)load(&crew->stations[i]->tx_full_ns) / 1e6);
	return longest_ms;
}

double crew_lateness_us(const struct crew *crew, double q)
{
	const struct hl_hist *hists[LANES_MAX];

	for (unsigned i = 0; i < crew->n_workers; i++)
		hists[i] = &hl_worker_counters(crew->workers[i])->lateness;
	return hl_hist_quantile(hists, crew->n_workers, q);
}
