// SPDX-License-Identifier: BSD-3-Clause
// The course of a run, as the control thread sees it.

#include "session/run.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/stop.h"
#include "base/timebase.h"

#define MS 1000000ull
#define T1_64_MS 32000 // RFC 3261: 64 * T1, the give-up time that "0" stands for
#define DRAIN_SLACK_MS 3000
#define LINES_A_MS 10
#define RAMP_TAIL_NS 1000000000u // without a new registration for so long the ramp is over

uint64_t run_registered_once(const struct run *run)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < run->dp->n_workers; i++)
		n += atomic_load_explicit(&hl_worker_counters(run->dp->workers[i])->registered_once,
					  memory_order_relaxed);
	return n;
}

uint64_t run_requests(const struct run *run)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < run->dp->n_workers; i++)
		for (unsigned m = 0; m < HL_METHODS; m++)
			n += atomic_load_explicit(
				&hl_worker_counters(run->dp->workers[i])->requests[m],
				memory_order_relaxed);
	return n;
}

void run_enable(struct run *run)
{
	run->enabled_ns = run->progress_ns = timebase_ns();
	dataplane_command(run->dp, HL_COMMAND_ENABLE, run->config->ramp_ms);
}

static void progress_note(struct run *run)
{
	uint64_t now_ns = timebase_ns(), lines = run_registered_once(run);
	uint64_t ramp_end_ns = run->enabled_ns + run->config->ramp_ms * MS;

	if (lines > run->progress_lines) {
		run->progress_lines = lines;
		run->progress_ns = now_ns;
		run->progress_requests = run_requests(run);
	}
	if (lines >= hl_plan_lines(run->dp->plan) ||
	    (lines > 0 && now_ns > ramp_end_ns && now_ns - run->progress_ns > RAMP_TAIL_NS))
		run->ramp_over = true;
}

void run_tick(struct run *run)
{
	dataplane_serve(run->dp);
	steering_watch(&run->dp->steering, run->dp->handoff);
	reply_sources_watch(&run->elsewhere, run->dp);
	status_tick(&run->status, run->dp);
	if (run->enabled_ns && !run->ramp_over)
		progress_note(run);
}

static uint64_t drain_limit_ms(const struct hl_config *config)
{
	uint64_t limit_ms = 0;

	for (uint32_t i = 0; i < config->n_profiles; i++) {
		uint64_t ms = config->profiles[i].register_timeout_ms;
		// At two servers, each time once more with credentials.
		limit_ms = RTE_MAX(limit_ms, 4 * (ms ? ms : T1_64_MS));
	}
	// And what the rate allows, or a slow machine manages.
	limit_ms += config->rate ? config->total * 4000 / config->rate : config->total / LINES_A_MS;
	return config->drain_ms + limit_ms + DRAIN_SLACK_MS;
}

// Looked at twice: the command may still be on its way to a worker, so nothing unsettled means
// something only when every line has heard it.
static bool settled(struct run *run)
{
	struct hl_snapshot now;

	if (dataplane_unsettled(run->dp) > 0)
		return false;
	dataplane_snapshot(run->dp, &now);
	return now.by_state[HL_OFF] == now.lines && dataplane_unsettled(run->dp) == 0;
}

void run_drain(struct run *run)
{
	struct report *report = &run->report;
	uint64_t end_ns = timebase_ns() + drain_limit_ms(run->config) * MS;

	report_lines(report, run->dp, timebase_ns());
	if (run->enabled_ns &&
	    run->progress_lines == 0) { // no line was registered: what was sent all the same
		run->progress_ns = timebase_ns();
		run->progress_requests = run_requests(run);
	}
	report_rates(report, run->progress_requests, run->progress_ns - run->enabled_ns,
		     run->config->ramp_ms, run->config->rate);
	if (!run->enabled_ns)
		return;
	dataplane_command(run->dp, HL_COMMAND_DISABLE, run->config->drain_ms);
	do {
		run_tick(run);
		if (timebase_ns() >= end_ns) {
			report->timed_out = true;
			break;
		}
	} while (!settled(run) && !stop_at_once());
}
