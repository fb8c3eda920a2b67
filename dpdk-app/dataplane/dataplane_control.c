// SPDX-License-Identifier: BSD-3-Clause
// What the control thread asks of the workers while they run.

#include <errno.h>
#include <time.h>

#include "base/counter.h"
#include "base/stop.h"
#include "base/timebase.h"
#include "dataplane/change_feed.h"
#include "dataplane/dataplane.h"
#include "dataplane/events.h"
#include "dataplane/recent_changes.h"
#include "dataplane/trace_feed.h"
#include "trace/trace.h"
#include "trace/watch.h"

#define EVENTS_AT_ONCE 256
#define REMOVED_AT_ONCE 256
#define EVENT_ROUNDS 256
#define ROUNDS_AT_ONCE 16 // of serving, before the loop calls its other subscribers
#define AT_ONCE_NS 1      // a timer set to 0 does not run
#define REST_MIN_NS 1000000
#define REST_MAX_NS 10000000

static void events_look(struct dataplane *dp, const struct hl_event *events, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		dp->left_silent_primary += events[i].from == HL_ON_P &&
					   events[i].code == HL_CODE_TIMEOUT;
	if (dp->recent)
		recent_changes_add(dp->recent, events, n);
	if (dp->events)
		events_write(dp->events, dp, events, n);
	if (dp->history)
		change_feed(dp->history, dp, events, n);
	if (dp->trace)
		trace_feed(dp, events, n);
}

// At most one ring of them at a time, since a worker may report as fast as they are collected.
void dataplane_events(struct dataplane *dp)
{
	struct hl_event events[EVENTS_AT_ONCE];

	for (unsigned i = 0; i < dp->n_workers; i++) {
		uint32_t n = EVENTS_AT_ONCE;
		for (int k = 0; n == EVENTS_AT_ONCE && k < EVENT_ROUNDS; k++) {
			n = hl_worker_events(dp->workers[i], events, EVENTS_AT_ONCE);
			events_look(dp, events, n);
		}
	}
	if (dp->events)
		events_flush(dp->events);
}

// Slots that lines have left. What is still reported of these is written first, while they have a number.
static void removed_take_back(struct dataplane *dp, struct hl_worker *worker)
{
	uint32_t slots[REMOVED_AT_ONCE];
	uint32_t n = hl_worker_removed(worker, slots, REMOVED_AT_ONCE);

	if (n == 0)
		return;
	dataplane_events(dp);
	hl_plan_take_back(dp->plan, slots, n);
	for (uint32_t k = 0; dp->recent && k < n; k++)
		recent_changes_forget(dp->recent, slots[k]);
	for (uint32_t k = 0; dp->trace && k < n; k++)
		trace_line_changed(dp->trace, slots[k]);
	dp->gone += n;
}

// One round of what the control thread does for the workers. Returns how many replies it parsed.
static uint32_t serve(struct dataplane *dp)
{
	uint64_t now_ns = timebase_ns();
	uint32_t served = 0;

	for (unsigned i = 0; i < dp->n_workers; i++) {
		served += hl_worker_serve_slow(dp->workers[i]);
		removed_take_back(dp, dp->workers[i]);
	}
	hl_plan_reclaim(dp->plan);
	dataplane_events(dp);
	if (dp->trace)
		trace_watch_serve(dp->trace);
	for (unsigned i = 0; i < dp->n_loops; i++)
		if (dp->loops[i].launched)
			lcore_loop_watch(&dp->loops[i], now_ns);
	return served;
}

// Look often while replies need the full parser, and rarely when there is nothing to do.
static void serve_due(void *context)
{
	struct dataplane *dp = context;
	uint32_t served = serve(dp);

	for (int k = 1; served > 0 && k < ROUNDS_AT_ONCE; k++)
		served = serve(dp);
	dp->rest_ns = served ? 0 : RTE_MIN(dp->rest_ns + REST_MIN_NS, (uint64_t)REST_MAX_NS);
	control_loop_set_timer(dp->control, dp->serve_timer, served ? AT_ONCE_NS : dp->rest_ns, 0);
}

int dataplane_launch(struct dataplane *dp, struct control_loop *control, struct hl_error *err)
{
	int rc = control_loop_add_timer(control, serve_due, dp, err);

	if (rc < 0)
		return rc;
	dp->serve_timer = rc;
	dp->control = control;
	control_loop_set_timer(control, dp->serve_timer, AT_ONCE_NS, 0);
	rc = 0;
	for (unsigned i = 0; rc == 0 && i < dp->n_loops; i++)
		rc = lcore_loop_launch(&dp->loops[i], err);
	return rc;
}

void dataplane_stop(struct dataplane *dp)
{
	for (unsigned i = 0; i < dp->n_loops; i++)
		lcore_loop_stop(&dp->loops[i]);
	if (dp->control)
		control_loop_remove(dp->control, dp->serve_timer);
	dp->control = NULL;
}

void dataplane_command(struct dataplane *dp, enum hl_command_type type, uint64_t spread_ms)
{
	const struct timespec pause = { .tv_nsec = REST_MIN_NS };
	const struct hl_command command = {
		.type = type,
		.n = hl_plan_slots(dp->plan),
		.spread_ns = spread_ms * 1000000,
	};

	for (unsigned i = 0; i < dp->n_workers; i++)
		while (hl_worker_command(dp->workers[i], &command) == -EAGAIN && !stop_at_once()) {
			serve(dp); // which also wakes a loop that hangs
			nanosleep(&pause, NULL);
		}
}

static unsigned owner_of(const struct dataplane *dp, uint32_t line)
{
	unsigned i = dp->n_workers - 1;

	while (i > 0 && line < hl_worker_first(dp->workers[i]))
		i--;
	return i;
}

int dataplane_tell_owner(const struct dataplane *dp, uint32_t line,
			 const struct hl_command *command)
{
	return hl_worker_command(dp->workers[owner_of(dp, line)], command);
}

int dataplane_ask(const struct dataplane *dp, uint32_t line)
{
	return hl_worker_ask(dp->workers[owner_of(dp, line)], line);
}

bool dataplane_answer(const struct dataplane *dp, uint32_t line, int place,
		      struct hl_line_detail *detail)
{
	return hl_worker_answer(dp->workers[owner_of(dp, line)], place, detail);
}

void dataplane_forget_ask(const struct dataplane *dp, uint32_t line, int place)
{
	hl_worker_forget_ask(dp->workers[owner_of(dp, line)], place);
}

uint32_t dataplane_owner_end(const struct dataplane *dp, uint32_t line)
{
	const struct hl_worker *w = dp->workers[owner_of(dp, line)];

	return hl_worker_first(w) + hl_worker_lines(w);
}

bool dataplane_neighbours_known(const struct dataplane *dp)
{
	// Worker 0 does ARP for all workers.
	return counter_load(&hl_worker_counters(dp->workers[0])->arp_replies) >=
	       hl_plan_next_hops(dp->plan);
}

void dataplane_snapshot(struct dataplane *dp, struct hl_snapshot *snapshot)
{
	hl_snapshot_take(snapshot, dp->workers, dp->n_workers);
}

uint64_t dataplane_unsettled(const struct dataplane *dp)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < dp->n_workers; i++)
		n += hl_worker_unsettled(dp->workers[i]);
	return n;
}

uint64_t dataplane_leftovers(const struct dataplane *dp)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < dp->n_workers; i++)
		n += hl_worker_leftovers(dp->workers[i], timebase_ns());
	return n;
}

uint64_t dataplane_maybe_left(const struct dataplane *dp)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < dp->n_workers; i++)
		n += hl_worker_maybe_left(dp->workers[i], timebase_ns());
	return n;
}

void dataplane_limits(const struct dataplane *dp, uint64_t limits[HL_LIMITS])
{
	struct handoff_counts handed;

	handoff_count_all(dp->handoff, &handed);
	limits[HL_LIMIT_HANDOFF_DROPPED] += handed.lost;
	for (unsigned i = 0; i < dp->n_workers; i++) {
		const struct queue_context *q = dp->queues[i];
		limits[HL_LIMIT_TX_FULL] += counter_load(&q->tx_full);
		limits[HL_LIMIT_TX_DROPPED] += counter_load(&q->tx_dropped);
		limits[HL_LIMIT_NO_BUFFER] += counter_load(&q->no_buffer);
	}
	for (unsigned i = 0; i < dp->n_loops; i++)
		limits[HL_LIMIT_STALLS] += dp->loops[i].stalls;
}

double dataplane_tx_full_ms(const struct dataplane *dp)
{
	double longest_ms = 0;

	for (unsigned i = 0; i < dp->n_workers; i++)
		longest_ms = RTE_MAX(longest_ms,
				     (double)counter_load(&dp->queues[i]->tx_full_ns) / 1e6);
	return longest_ms;
}

double dataplane_lateness_us(const struct dataplane *dp, double q)
{
	const struct hl_hist *hists[LCORE_LOOPS_MAX];

	for (unsigned i = 0; i < dp->n_workers; i++)
		hists[i] = &hl_worker_counters(dp->workers[i])->lateness;
	return hl_hist_quantile(hists, dp->n_workers, q);
}
