// SPDX-License-Identifier: BSD-3-Clause
// The course of a run, from the control thread's point of view.

#include "session/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "base/exit_code.h"
#include "base/progress.h"
#include "base/start_times.h"
#include "base/timebase.h"
#include "dataplane/trace_feed.h"

#define MS 1000000ull
#define T1_64_MS 32000 // RFC 3261: 64 * T1, which a register_timeout of 0 stands for
#define DRAIN_SLACK_MS 3000
#define LINES_A_MS 10
#define RAMP_TAIL_NS 1000000000u // the ramp is over when no line has registered for so long
#define NEIGHBOURS_WAIT_NS (1000 * MS)
#define PROGRESS_EVERY_NS (5 * MS)
#define HOPELESS_NS (10000 * MS) // without a new registration there is no progress to show
#define WATCH_EVERY_NS (100 * MS)
#define SETTLED_EVERY_NS (5 * MS)
#define HEARD_NS (3 * MS) // a worker that sleeps hears a command within 2 ms

static uint64_t registered_once(const struct run *run)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < run->dp->n_workers; i++)
		n += counter_load(&hl_worker_counters(run->dp->workers[i])->registered_once);
	return n;
}

uint64_t run_requests(const struct run *run)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < run->dp->n_workers; i++)
		for (unsigned m = 0; m < HL_METHODS; m++)
			n += counter_load(&hl_worker_counters(run->dp->workers[i])->requests[m]);
	return n;
}

static uint64_t device_lost(const struct run *run)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < run->n_ports; i++)
		n += port_lost(&run->ports[i]);
	return n;
}

void run_snapshot(const struct run *run, struct hl_snapshot *snapshot)
{
	dataplane_snapshot(run->dp, snapshot);
	dataplane_limits(run->dp, snapshot->limits);
	snapshot->limits[HL_LIMIT_RX_MISSED] += device_lost(run) - run->lost_before;
}

static void registering_end(struct run *run)
{
	control_loop_set_timer(run->control->loop, run->progress_timer, 0, 0);
	progress_end();
}

// Runs until the ramp is over.
static void progress_due(void *context)
{
	struct run *run = context;
	uint64_t now_ns = timebase_ns(), lines = registered_once(run);
	uint64_t ramp_end_ns = run->enabled_ns + run->config->ramp_ms * MS;

	if (lines > run->progress_lines) {
		run->progress_lines = lines;
		run->progress_ns = now_ns;
		run->progress_requests = run_requests(run);
	}
	if (now_ns < ramp_end_ns || now_ns - run->progress_ns < HOPELESS_NS)
		progress_note(lines);
	else
		progress_end();
	if (lines >= hl_plan_lines(run->dp->plan) ||
	    (lines > 0 && now_ns > ramp_end_ns && now_ns - run->progress_ns > RAMP_TAIL_NS))
		registering_end(run);
}

static void watch_due(void *context)
{
	struct run *run = context;

	steering_watch(&run->dp->steering, run->dp->handoff);
	reply_sources_watch(&run->sources, run->dp);
}

static bool neighbours_known(void *context)
{
	const struct run *run = context;

	return dataplane_neighbours_known(run->dp);
}

static int timers_add(struct run *run, struct hl_error *err)
{
	struct control_loop *loop = run->control->loop;
	int rc = run->progress_timer = control_loop_add_timer(loop, progress_due, run, err);

	if (rc > 0)
		rc = run->watch_timer = control_loop_add_timer(loop, watch_due, run, err);
	if (rc < 0)
		return rc;
	control_loop_set_timer(loop, run->watch_timer, WATCH_EVERY_NS, WATCH_EVERY_NS);
	return 0;
}

int run_trace_attach(struct run *run, struct trace **trace, struct hl_error *err)
{
	run->report.pcap_path = run->config->pcap;
	if (run->config->hep && strcmp(run->config->hep, "off") != 0)
		run->report.hep = run->config->hep;
	run->dp->trace = *trace;
	*trace = NULL;
	return run->dp->trace ? trace_feed_attach(run->dp, err) : 0;
}

int run_start(struct run *run, struct hl_error *err)
{
	const struct control_until known = {
		.reached = neighbours_known,
		.context = run,
		.look_every_ns = MS,
		.timeout_ns = NEIGHBOURS_WAIT_NS,
		.stop_requests = 1,
	};
	int rc = timers_add(run, err);

	run->report.config = run->config;
	run->report.source = run->view.source;
	run->report.course = calloc(1, sizeof(*run->report.course));
	if (rc == 0 && !run->report.course)
		rc = hl_fail(err, ENOMEM, "no memory for the course of the run");
	run->lost_before = device_lost(run); // before any loop polled, so not this run's loss
	if (rc == 0)
		rc = dataplane_launch(run->dp, run->control->loop, err);
	if (rc < 0)
		return rc;
	if (control_wait(run->control, &known) == CONTROL_TIMED_OUT)
		fprintf(stderr,
			"heartline: no answer to ARP or NDP yet from every server or gateway; "
			"lines start as soon as theirs answers\n");
	start_step_done(START_NEXT_HOPS);
	rc = view_start(&run->view, run, run->control->loop, err);
	if (rc == 0)
		rc = service_start(&run->service, run->dp, run->control->loop, err);
	return rc < 0 ? rc : status_start(&run->status, run->dp, run->control->loop, err);
}

void run_status_resume(void *context)
{
	struct run *run = context;
	struct hl_error err;

	run->status.silent = false;
	if (status_start(&run->status, run->dp, run->control->loop, &err) < 0)
		fprintf(stderr, "heartline: no status lines: %s\n", err.text);
}

void run_enable(struct run *run)
{
	run->enabled_ns = run->progress_ns = timebase_ns();
	dataplane_command(run->dp, HL_COMMAND_ENABLE, run->config->ramp_ms);
	control_loop_set_timer(run->control->loop, run->progress_timer, PROGRESS_EVERY_NS,
			       PROGRESS_EVERY_NS);
	progress_begin("registering", hl_plan_lines(run->dp->plan));
	service_ready(&run->service);
}

static uint64_t drain_limit_ms(const struct run *run)
{
	const struct hl_config *config = run->config;
	uint64_t limit_ms = 0, lines = hl_plan_lines(run->dp->plan);

	for (uint32_t i = 0; i < config->n_profiles; i++) {
		uint64_t ms = config->profiles[i].register_timeout_ms;
		// At two servers, at each of them once without and once with credentials.
		limit_ms = RTE_MAX(limit_ms, 4 * (ms ? ms : T1_64_MS));
	}
	// More when the rate limits it, or for what a slow machine can do.
	limit_ms += config->rate ? lines * 4000 / config->rate : lines / LINES_A_MS;
	return config->drain_ms + limit_ms + DRAIN_SLACK_MS;
}

// Are all lines off? Unsettled lines are counted before and after the look: while the command is on
// its way to a worker that number may still be 0.
static bool settled(void *context)
{
	const struct run *run = context;
	struct hl_snapshot now;

	uint64_t left = dataplane_unsettled(run->dp), lines = hl_plan_lines(run->dp->plan);

	progress_note(lines > left ? lines - left : 0);
	if (left > 0)
		return false;
	dataplane_snapshot(run->dp, &now);
	return now.by_state[HL_OFF] == now.lines && dataplane_unsettled(run->dp) == 0;
}

static void report_before_drain(struct run *run)
{
	run->report.expect = run->report.find ? NULL : &run->config->expect;
	report_lines(&run->report, run->dp, timebase_ns());
	if (run->enabled_ns)
		run->report.took_ns = timebase_ns() - run->enabled_ns;
	if (run->enabled_ns &&
	    run->progress_lines == 0) { // no line registered: report what was sent nevertheless
		run->progress_ns = timebase_ns();
		run->progress_requests = run_requests(run);
	}
	report_rates(&run->report, run->progress_requests, run->progress_ns - run->enabled_ns,
		     run->config->ramp_ms, run->config->rate);
}

void run_drain(struct run *run)
{
	const struct control_until heard = { .timeout_ns = HEARD_NS, .stop_requests = 2 };
	const struct control_until drained = {
		.reached = settled,
		.context = run,
		.look_every_ns = SETTLED_EVERY_NS,
		.timeout_ns = drain_limit_ms(run) * MS,
		.stop_requests = 2,
	};

	run->draining = true;
	service_stopping(&run->service, drain_limit_ms(run));
	registering_end(run);
	orders_cancel(&run->view.orders); // none may start a line again
	report_before_drain(run);
	if (!run->enabled_ns && !run->report.state.taken[HL_TAKEN_UP]) {
		run->drained = true;
		return;
	}
	dataplane_command(run->dp, HL_COMMAND_DISABLE, run->config->drain_ms);
	control_wait(run->control, &heard);
	progress_begin("unregistering", hl_plan_lines(run->dp->plan));
	enum control_end end = control_wait(run->control, &drained);
	run->report.timed_out = end == CONTROL_TIMED_OUT;
	run->drained = end == CONTROL_REACHED;
	progress_end();
}

void run_finish(struct run *run, struct judgement *judgement)
{
	watch_due(run); // for what was seen since the last time
	control_loop_remove(run->control->loop, run->progress_timer);
	control_loop_remove(run->control->loop, run->watch_timer);
	status_stop(&run->status);
	run->report.pauses = run->view.settings.pauses;
	run->report.link_downs = run->view.link.downs;
	run->report.link_down_ms = link_watch_down_ms(&run->view.link);
	run->report.link_is_down = run->view.link.n_down > 0;
	run->report.paused_ms = run_settings_paused_ms(&run->view.settings);
	service_stop(&run->service);
	view_stop(&run->view);
	dataplane_stop(run->dp);
	report_close(&run->report, run->dp, device_lost(run) - run->lost_before);
	judge(&run->report, judgement);
}

int run_conclude(const struct run *run, const struct judgement *judgement, const char *summary,
		 struct hl_error *err)
{
	if (summary && summary_write(&run->report, summary, err) < 0)
		return EXIT_USAGE;
	return verdict_exit_code(judgement->verdict);
}
