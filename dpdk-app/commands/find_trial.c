// SPDX-License-Identifier: BSD-3-Clause
// OPTIONS: all lines probe as often as they can, and the run's rate is the rate of the trial: what leaves is
// evenly paced, so that no burst of ours is a server's fault. REGISTER: so many lines as the trial takes start
// evenly over it, and unregister behind it.

#include "commands/find_trial.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/timebase.h"

#define MS 1000000ull
#define LOOK_NS (5 * MS)
#define WARM_MS 500
#define REGISTER_PATIENCE_MS 30000
#define SENT_SHARE 0.97 // a generator that sends less of what is asked for is the limit
#define LATE_US 10000.0 // later than this, a trial says nothing about the servers (report.c)
#define SHORTEST_S 0.5
#define UNREGISTER_SHARE 0.8 // of a rate at which registering went well

static bool wait_ms(struct find *f, uint64_t ms)
{
	const struct control_until over = { .timeout_ns = ms * MS, .stop_requests = 1 };

	f->stopped |= control_wait(f->run->control, &over) == CONTROL_STOPPED;
	return !f->stopped;
}

struct awaited {
	const struct run *run;
	uint64_t lines;
	bool none_refused; // it is over when a line was, as soon as all have had their answer
};

static bool lines_off(void *context)
{
	const struct awaited *a = context;
	struct hl_snapshot now;

	dataplane_snapshot(a->run->dp, &now);
	return now.by_state[HL_OFF] == now.lines && dataplane_unsettled(a->run->dp) == 0;
}

static bool lines_started(void *context)
{
	const struct awaited *a = context;
	struct hl_snapshot now;

	dataplane_snapshot(a->run->dp, &now);
	return now.lines - now.by_state[HL_OFF] >= a->lines;
}

static bool lines_registered(void *context)
{
	const struct awaited *a = context;
	struct hl_snapshot now;

	dataplane_snapshot(a->run->dp, &now);
	uint64_t refused = now.by_state[HL_DOWN] + now.by_state[HL_PARK];
	return now.registered + (a->none_refused ? refused : 0) >= a->lines;
}

// False: not in time, or stopped.
static bool lines_await(struct find *f, bool (*reached)(void *), uint64_t lines, uint64_t ms)
{
	struct awaited awaited = { f->run, lines, f->none_refused };
	const struct control_until until = {
		.reached = reached,
		.context = &awaited,
		.look_every_ns = LOOK_NS,
		.timeout_ns = ms * MS,
		.stop_requests = 1,
	};
	enum control_end end = control_wait(f->run->control, &until);

	f->stopped |= end == CONTROL_STOPPED;
	return end == CONTROL_REACHED;
}

static int probes_quicken(struct find *f, struct hl_error *err)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < f->run->config->n_profiles; i++)
		rc = hl_plan_change_key(f->run->dp->plan, i, "primary_detect_interval", "10ms",
					err);
	return rc;
}

int find_warm_up(struct find *f, double start_rate, char why[FIND_WHY_ROOM], struct hl_error *err)
{
	struct run *run = f->run;
	uint64_t lines = hl_plan_lines(run->dp->plan), ramp_ms = run->config->ramp_ms;

	run_settings_rate(&run->view.settings, 0); // it is the highest rate to be tried
	if (f->what == FIND_REGISTER) {
		run->enabled_ns = timebase_ns(); // it has lines to unregister
		return 0;
	}
	run_enable(run);
	if (!lines_await(f, lines_registered, lines, ramp_ms + REGISTER_PATIENCE_MS)) {
		snprintf(why, FIND_WHY_ROOM, "not all lines could register before the search");
		return -EAGAIN;
	}
	run_settings_rate(&run->view.settings, (uint64_t)start_rate);
	int rc = probes_quicken(f, err);
	// Each line takes the new interval from its next probe on.
	if (rc == 0 && !wait_ms(f, run->config->profiles[0].primary_detect_interval_ms))
		rc = -EAGAIN;
	return rc;
}

// Frames that the generator lost itself look like a server that does not answer.
static uint64_t own_losses(const struct measured *m)
{
	static const enum hl_limit limits[] = {
		HL_LIMIT_HANDOFF_DROPPED, HL_LIMIT_RX_MISSED, HL_LIMIT_TX_DROPPED,
		HL_LIMIT_NO_BUFFER,       HL_LIMIT_STALLS,    HL_LIMIT_SLOW_FULL,
	};
	uint64_t n = 0;

	for (unsigned i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		n += m->end->limits[limits[i]] - m->begin->limits[limits[i]];
	return n;
}

// Of one timer in a hundred; 0: none ran.
static double lateness_us(const struct measured *m)
{
	static struct hl_hist grown;
	const struct hl_hist *hist = &grown;

	for (unsigned b = 0; b < HL_HIST_BUCKETS; b++)
		grown.bucket[b] = m->end->lateness.bucket[b] - m->begin->lateness.bucket[b];
	return hl_hist_samples(hist) ? hl_hist_quantile(&hist, 1, 0.99) : 0;
}

static enum trial_outcome trial_judge(const struct find *f, const struct measured *m,
				      struct find_trial *t)
{
	static struct expected_list list;
	char value[HL_MEASURE_ROOM];
	uint64_t lost = own_losses(m);
	double late_us = lateness_us(m);

	if (late_us > LATE_US) {
		snprintf(t->why, FIND_WHY_ROOM, "1 %% of its timers were more than %.1f ms late",
			 late_us / 1000);
		return TRIAL_GENERATOR;
	}
	if (lost) {
		snprintf(t->why, FIND_WHY_ROOM, "it lost %" PRIu64 " frames itself", lost);
		return TRIAL_GENERATOR;
	}
	expected_judge(&list, &f->expect, m);
	for (uint32_t i = 0; i < list.n; i++) {
		const struct expected *x = &list.of[i];
		if (x->result == EXPECTED_MET)
			continue;
		hl_measure_text(x->of.measure, x->value, value);
		snprintf(t->why, FIND_WHY_ROOM, "%s: %s", hl_measure_name(x->of.measure),
			 x->why ? x->why : value);
		return TRIAL_MISSED;
	}
	if (t->sent >= t->asked * SENT_SHARE)
		return TRIAL_MET;
	snprintf(t->why, FIND_WHY_ROOM, "it sent %.1f %% of what was asked for",
		 100 * t->sent / t->asked);
	return TRIAL_GENERATOR;
}

static uint64_t grown(const uint64_t end[HL_METHODS], const uint64_t begin[HL_METHODS],
		      enum hl_method method)
{
	return end[method] - begin[method];
}

static int options_trial(struct find *f, double lower, struct find_trial *t,
			 enum trial_outcome *outcome, struct hl_error *err)
{
	struct run_settings *settings = &f->run->view.settings;
	struct measured m;

	t->asked = floor(t->asked);
	run_settings_rate(settings, (uint64_t)t->asked);
	if (!wait_ms(f, WARM_MS))
		return 0;
	int rc = window_begin(&f->window, f->run, err);
	if (rc < 0 || !wait_ms(f, (uint64_t)(t->seconds * 1000)))
		return rc;
	window_end(&f->window, &m);
	t->seconds = (double)m.took_ns / 1e9;
	t->sent = (double)grown(m.end->requests, m.begin->requests, HL_OPTIONS) / t->seconds;
	t->answered = (double)grown(m.end->finals, m.begin->finals, HL_OPTIONS) / t->seconds;
	if (measure_take(HL_MEASURE_RTT_P99, &m, &t->p99_us))
		t->p99_us = NAN;
	*outcome = trial_judge(f, &m, t);
	if (*outcome == TRIAL_MET)
		return 0;
	run_settings_rate(settings, (uint64_t)fmax(lower / 2, 1));
	wait_ms(f, f->settle_ms);
	return 0;
}

// The first lines of each worker, which together are so many.
static void block_tell(struct find *f, enum hl_command_type type, uint32_t n, double seconds)
{
	const struct dataplane *dp = f->run->dp;

	for (unsigned i = 0; i < dp->n_workers; i++) {
		struct hl_command command = {
			.type = type,
			.first = hl_worker_first(dp->workers[i]),
			.n = n / dp->n_workers + (i < n % dp->n_workers),
			.spread_ns = (uint64_t)(seconds * 1e9),
		};
		while (dataplane_tell_owner(dp, command.first, &command) == -EAGAIN &&
		       wait_ms(f, 1))
			;
	}
}

static double since_s(uint64_t then_ns)
{
	return (double)(timebase_ns() - then_ns) / 1e9;
}

static int register_trial(struct find *f, double lower, struct find_trial *t,
			  enum trial_outcome *outcome, struct hl_error *err)
{
	uint64_t lines = hl_plan_lines(f->run->dp->plan);
	uint32_t n = (uint32_t)fmin(fmax(t->asked * t->seconds, 1), (double)lines);
	uint64_t before_ns;
	struct measured m;

	t->seconds = n / t->asked;
	if (t->seconds < SHORTEST_S && n == lines) {
		snprintf(t->why, FIND_WHY_ROOM,
			 "%" PRIu64
			 " lines register within %.1f s at that rate: it needs more lines",
			 lines, t->seconds);
		t->sent = 0;
		*outcome = TRIAL_GENERATOR;
		return 0;
	}
	int rc = window_begin(&f->window, f->run, err);
	if (rc < 0)
		return rc;
	before_ns = timebase_ns();
	block_tell(f, HL_COMMAND_ENABLE, n, t->seconds);
	uint64_t ms = (uint64_t)(t->seconds * 1000);
	lines_await(f, lines_started, n, ms + f->settle_ms);
	double started_s = since_s(before_ns) - (double)LOOK_NS / 1e9;
	lines_await(f, lines_registered, n, ms + f->settle_ms);
	double took_s = since_s(before_ns);
	window_end(&f->window, &m);
	bool all = m.lines->registered >= n;
	t->answered = (double)m.lines->registered / fmax(took_s, t->seconds);
	t->sent = (double)(lines - m.lines->by_state[HL_OFF]) / fmax(started_s, t->seconds);
	if (measure_take(HL_MEASURE_RTT_P99, &m, &t->p99_us))
		t->p99_us = NAN;
	*outcome = trial_judge(f, &m, t);
	if (!all && *outcome == TRIAL_MET) {
		snprintf(t->why, FIND_WHY_ROOM, "%" PRIu64 " of %" PRIu32 " lines registered",
			 m.lines->registered, n);
		*outcome = TRIAL_MISSED;
	}
	// One request each while its nonce is good, two otherwise, as when it registered.
	double slowly = n / fmax(lower * UNREGISTER_SHARE, 1);
	block_tell(f, HL_COMMAND_DISABLE, n, slowly);
	lines_await(f, lines_off, 0, (uint64_t)(slowly * 1000) + REGISTER_PATIENCE_MS);
	return 0;
}

int find_trial(struct find *f, double rate, double lower, struct find_trial *t,
	       enum trial_outcome *outcome, struct hl_error *err)
{
	static const char *const results[] = {
		[TRIAL_MET] = "met",
		[TRIAL_MISSED] = "missed",
		[TRIAL_GENERATOR] = "the generator was the limit",
	};
	int rc;

	t->asked = rate;
	t->p99_us = NAN;
	*outcome = TRIAL_MISSED;
	if (f->what == FIND_OPTIONS)
		rc = options_trial(f, lower, t, outcome, err);
	else
		rc = register_trial(f, lower, t, outcome, err);
	t->result = f->stopped ? "stopped" : results[*outcome];
	return rc;
}
