// SPDX-License-Identifier: BSD-3-Clause
// Goes on with what the search wants next, shows each trial, and keeps the path.

#include "commands/find_max.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "commands/find_trial.h"

#define PROBE_MS 5000
#define VERIFY_TRIALS 4 // as long as so many trials is the candidate held
#define SETTLE_MS 500   // beyond the time-outs of requests
#define T1_64_MS 32000

static int what_read(const char *text, enum find_what *what, struct hl_error *err)
{
	for (unsigned i = 0; i < FIND_WHATS; i++)
		if (!strcmp(text, find_what_name((enum find_what)i))) {
			*what = (enum find_what)i;
			return 0;
		}
	return hl_fail(err, EINVAL, "--find-max: \"%s\": allowed register, options", text);
}

static int expect_check(const struct hl_expectations *expect, struct hl_error *err)
{
	for (uint32_t i = 0; i < expect->n; i++)
		if (expect->of[i].measure == HL_MEASURE_LEFTOVERS ||
		    expect->of[i].measure == HL_MEASURE_ACHIEVED)
			return hl_fail(
				err, EINVAL,
				"--find-max: %s is measured of a whole run, and not of a trial: "
				"leave it out",
				hl_measure_name(expect->of[i].measure));
	return 0;
}

static void profile_prepare(struct hl_profile *p, enum find_what what)
{
	p->backup.addr.family = HL_FAMILY_NONE;
	free(p->backup_name);
	p->backup_name = NULL;
	p->primary_detect_interval_ms = what == FIND_OPTIONS ? PROBE_MS : 0;
	p->max_detect_fail_count = 62; // a server that is overloaded loses no line
	p->sip_options = false;
}

int find_max_prepare(const struct find_options *options, struct hl_config *config,
		     struct find_report *report, struct hl_error *err)
{
	if (!options->what)
		return 0;
	int rc = what_read(options->what, &report->what, err);
	if (rc == 0)
		rc = expect_check(&config->expect, err);
	if (rc == 0 && (config->n_phases || config->duration_ms))
		rc = hl_fail(err, EINVAL,
			     "--find-max: the search says how long the run is: leave %s out",
			     config->n_phases ? "phases" : "duration");
	if (rc == 0 && config->state_dir)
		rc = hl_fail(
			err, EINVAL,
			"--find-max: lines of a search are not to go on later: leave state_dir "
			"out");
	config->idle_sleep = false; // a loop that sleeps sends late
	for (uint32_t i = 0; rc == 0 && i < config->n_profiles; i++)
		profile_prepare(&config->profiles[i], report->what);
	return rc;
}

// What RFC 7502 asks for when nothing else is: no failure.
static const struct hl_expectations no_failure = {
	3,
	{ { HL_MEASURE_ERRORS, HL_AT_MOST, 0 },
	  { HL_MEASURE_TIMEOUTS, HL_AT_MOST, 0 },
	  { HL_MEASURE_RETRANSMISSIONS, HL_AT_MOST, 0 } },
};

static uint64_t settle_ms(const struct hl_config *config, enum find_what what)
{
	uint64_t longest_ms = 0;

	for (uint32_t i = 0; i < config->n_profiles; i++) {
		const struct hl_profile *p = &config->profiles[i];
		uint64_t ms = what == FIND_OPTIONS ? p->options_timeout_ms : p->register_timeout_ms;
		ms = ms ? ms : T1_64_MS;
		longest_ms = ms > longest_ms ? ms : longest_ms;
	}
	return longest_ms + SETTLE_MS;
}

static void end_say(const struct rate_search *s, struct find_report *report)
{
	static const char *const ends[SEARCH_ENDS] = {
		[SEARCH_UNDER_WAY] = "the search took too many trials",
		[SEARCH_FOUND] = "found",
		[SEARCH_GENERATOR] = "the generator was the limit, not the servers",
		[SEARCH_TOP] = "the rate of the run is the highest that was tried",
		[SEARCH_NONE] = "not even one request a second went well",
		[SEARCH_STOPPED] = "stopped before it was over",
	};
	const struct find_trial *last = NULL;

	for (uint32_t i = 0; i < report->n_trials; i++) {
		const struct find_trial *t = &report->trials[i];
		if (strcmp(t->result, "met") == 0 && (t->verifies || t->sent > report->rate)) {
			report->rate = t->sent;
			report->held_s = t->seconds;
		}
		last = t;
	}
	report->end = last || s->end != SEARCH_NONE ? ends[s->end] : "the search could not begin";
	report->is_found = s->end == SEARCH_FOUND;
	report->is_enough = s->end == SEARCH_TOP;
	if (last && !report->is_found && !*report->why)
		snprintf(report->why, FIND_WHY_ROOM, "%s", last->why);
}

static int search(struct find *f, const struct find_options *options, struct find_report *report,
		  struct rate_search *s, struct hl_error *err)
{
	int rc = 0;

	find_trial_head_print(stderr);
	while (rc == 0 && s->end == SEARCH_UNDER_WAY && report->n_trials < FIND_TRIALS_MAX) {
		struct find_trial *t = &report->trials[report->n_trials++];
		enum trial_outcome outcome;
		double bad = s->bad;

		t->verifies = s->step == SEARCH_VERIFY;
		t->seconds = (double)options->trial_ms / 1000 * (t->verifies ? VERIFY_TRIALS : 1);
		rc = find_trial(f, s->rate, s->good ? s->good : s->rate / 2, t, &outcome, err);
		find_trial_print(t, report->n_trials, stderr);
		if (f->stopped)
			s->end = SEARCH_STOPPED;
		else
			rate_search_note(s, outcome);
		if (s->bad != bad)
			report->above = t->sent;
	}
	return rc;
}

int find_max_run(struct run *run, const struct find_options *options, struct find_report *report,
		 struct hl_error *err)
{
	static struct find find;
	struct rate_search s;

	find.run = run;
	find.what = report->what;
	find.expect = run->config->expect.n ? run->config->expect : no_failure;
	find.none_refused = run->config->expect.n == 0;
	find.settle_ms = settle_ms(run->config, report->what);
	const double start = (double)options->start_rate;
	rate_search_begin(&s, start, (double)run->config->rate);
	run->report.find = report;
	int rc = stop_wanted() ? -EAGAIN : find_warm_up(&find, start, report->why, err);
	if (rc == 0)
		rc = search(&find, options, report, &s, err);
	else
		s.end = find.stopped || stop_wanted() ? SEARCH_STOPPED : SEARCH_NONE;
	end_say(&s, report);
	window_free(&find.window);
	return rc == -EAGAIN ? 0 : rc;
}
