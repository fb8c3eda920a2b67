// SPDX-License-Identifier: BSD-3-Clause
// Samples the run once a second, and gives its figures to those who ask.

#include "session/view.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/counter.h"
#include "base/timebase.h"
#include "session/run.h"

#define SECOND_NS 1000000000u

const char *view_phase_name(enum view_phase phase)
{
	static const char *const names[] = {
		[VIEW_STARTING] = "starting",
		[VIEW_RUNNING] = "running",
		[VIEW_PAUSED] = "paused",
		[VIEW_DRAINING] = "draining",
	};

	return names[phase];
}

static uint64_t answers_of(const struct hl_snapshot *s)
{
	uint64_t sum = 0;

	for (unsigned class = 0; class < sizeof(s->responses) / sizeof(*s->responses); class ++)
		sum += s->responses[class];
	return sum;
}

// Figures of a window that was longer, since the process did not run, are brought to one second.
static uint64_t in_a_second(uint64_t now, uint64_t before, uint64_t window_ns)
{
	return (uint64_t)((unsigned __int128)(now - before) * SECOND_NS / window_ns);
}

static void loads_take(struct view *view, uint64_t window_ns)
{
	const struct dataplane *dp = view->run->dp;

	for (unsigned i = 0; i < dp->n_loops; i++) {
		uint64_t busy_ns = counter_load(&dp->loops[i].busy_ns);
		double percent = 100 * (double)(busy_ns - view->busy_ns[i]) / (double)window_ns;
		// A round that ends in this second may have begun in the one before.
		view->second.busy_percent[i] = RTE_MIN(percent, 100.0);
		view->busy_ns[i] = busy_ns;
	}
}

static void series_add(struct view *view, const struct hl_snapshot *now)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	const struct second_sample sample = {
		.at_ms = (uint64_t)wall.tv_sec * 1000 + (uint64_t)wall.tv_nsec / 1000000,
		.requests = view->second.requests,
		.answers = view->second.answers,
		.retransmissions = view->second.retransmissions,
		.rtt_p50_us = view->second.rtt_p50_us,
		.rtt_p99_us = view->second.rtt_p99_us,
		.on_primary = (uint32_t)now->on_primary,
		.on_backup = (uint32_t)now->on_backup,
		.down = (uint32_t)(now->by_state[HL_DOWN] + now->by_state[HL_PARK]),
		.moving = (uint32_t)(now->by_state[HL_REG_P] + now->by_state[HL_SW_B]),
	};
	view_series_add(view->series, &sample);
	run_course_add(view->run->report.course, &sample);
}

static void second_over(void *context)
{
	struct view *view = context;
	const struct hl_snapshot *then = &view->sample;
	uint64_t now_ns = timebase_ns(),
		 window_ns = RTE_MAX(now_ns - view->sampled_ns, UINT64_C(1));
	struct hl_snapshot now;

	dataplane_snapshot(view->run->dp, &now);
	view->second = (struct view_second){
		.requests = in_a_second(hl_all_methods(now.requests),
					hl_all_methods(then->requests), window_ns),
		.answers = in_a_second(answers_of(&now), answers_of(then), window_ns),
		.retransmissions = in_a_second(hl_all_methods(now.retransmissions),
					       hl_all_methods(then->retransmissions), window_ns),
		.put_off = in_a_second(now.limits[HL_LIMIT_RATE_LIMITED],
				       then->limits[HL_LIMIT_RATE_LIMITED], window_ns),
		.failovers = in_a_second(now.failovers, then->failovers, window_ns),
		.returns = in_a_second(now.returns, then->returns, window_ns),
		.rtt_p50_us = rtt_window_quantile(&view->rtt, view->run->dp, 0.5),
		.rtt_p99_us = rtt_window_quantile(&view->rtt, view->run->dp, 0.99),
	};
	loads_take(view, window_ns);
	series_add(view, &now);
	rtt_window_start(&view->rtt, view->run->dp);
	view->sample = now;
	view->sampled_ns = now_ns;
}

int view_start(struct view *view, const struct run *run, struct control_loop *loop,
	       struct hl_error *err)
{
	view->run = run;
	view->loop = loop;
	view->series = calloc(1, sizeof(*view->series));
	if (!view->series)
		return hl_fail(err, ENOMEM, "no memory for the latest seconds of the run");
	view->start_ns = view->sampled_ns = timebase_ns();
	dataplane_snapshot(run->dp, &view->sample);
	rtt_window_start(&view->rtt, run->dp);
	int rc = view->second_timer = control_loop_add_timer(loop, second_over, view, err);
	if (rc < 0)
		return rc;
	control_loop_set_timer(loop, view->second_timer, SECOND_NS, SECOND_NS);
	rc = run_settings_start(&view->settings, run->dp, run->config->rate, loop, err);
	if (rc == 0)
		rc = link_watch_start(&view->link, run->ports, run->n_ports, &view->settings, loop,
				      err);
	return rc < 0 ? rc : orders_start(&view->orders, run->dp, loop, err);
}

void view_stop(struct view *view)
{
	orders_stop(&view->orders);
	link_watch_stop(&view->link);
	run_settings_stop(&view->settings);
	if (view->loop)
		control_loop_remove(view->loop, view->second_timer);
	view->loop = NULL;
	free(view->series);
	view->series = NULL;
}

static enum view_phase phase_of(const struct view *view)
{
	const struct run *run = view->run;

	if (run->draining)
		return VIEW_DRAINING;
	if (view->settings.paused)
		return VIEW_PAUSED;
	return run->enabled_ns ? VIEW_RUNNING : VIEW_STARTING;
}

void view_status(const struct view *view, struct view_status *status)
{
	*status = (struct view_status){
		.phase = phase_of(view),
		.source = view->source,
		.uptime_ms = (timebase_ns() - view->start_ns) / 1000000,
		.rate = view->settings.rate,
		.pauses = view->settings.pauses,
		.paused_ms = run_settings_paused_ms(&view->settings),
		.gone = view->run->dp->gone,
		.orders_left = orders_left(&view->orders),
		.second = view->second,
	};
	status->n_loops = view->run->dp->n_loops;
	for (unsigned i = 0; i < status->n_loops; i++)
		status->lcores[i] = view->run->dp->loops[i].lcore;
	dataplane_snapshot(view->run->dp, &status->now);
	dataplane_limits(view->run->dp, status->now.limits);
}

int view_check_steerable(const struct view *view, struct hl_error *err)
{
	if (!view->run->draining)
		return 0;
	return hl_fail(err, EBUSY, "the run is draining: it takes no orders any more");
}
