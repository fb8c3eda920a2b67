// SPDX-License-Identifier: BSD-3-Clause
// A phase does what it has to, waits, and is measured. One that fails ends the drill: those behind it are skipped,
// but for those that are always done, which put things right.

#include "commands/phases.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/stop.h"
#include "commands/phase_actions.h"
#include "commands/phase_rate.h"
#include "session/window.h"

#define MS 1000000ull
#define LOOK_EVERY_NS (10 * MS) // a look walks all lines

struct course {
	struct run *run;
	const struct hl_phase *phase;
	struct phase_report *report;
	struct window *window;
	int stops; // it ends when Ctrl-C was pressed so many times
};

static void until_judge(struct course *c, struct expected_list *list)
{
	struct measured measured;

	window_look(c->window, &measured);
	expected_judge(list, &c->phase->until, &measured);
}

static bool until_reached(void *context)
{
	static struct expected_list list; // the control thread's
	struct course *c = context;

	until_judge(c, &list);
	return expected_count(&list, EXPECTED_MET) == list.n;
}

// Names the first condition that is not met.
static void not_reached_say(struct course *c)
{
	static struct expected_list list;
	char target[HL_MEASURE_ROOM], value[HL_MEASURE_ROOM];

	until_judge(c, &list);
	for (uint32_t i = 0; i < list.n; i++) {
		const struct expected *x = &list.of[i];
		if (x->result == EXPECTED_MET)
			continue;
		hl_measure_text(x->of.measure, x->of.target, target);
		hl_measure_text(x->of.measure, x->value, value);
		snprintf(c->report->why, PHASE_WHY_ROOM,
			 "%s is %s, and was to be %s %s within %.1f s",
			 hl_measure_name(x->of.measure), x->why ? x->why : value,
			 hl_bound_name(x->of.bound), target, (double)c->phase->for_ms / 1000);
		return;
	}
	// Met after the deadline only, which is late all the same.
	snprintf(c->report->why, PHASE_WHY_ROOM, "it took longer than %.1f s",
		 (double)c->phase->for_ms / 1000);
}

static enum phase_end phase_wait(struct course *c)
{
	const struct hl_phase *phase = c->phase;
	const struct control_until until = {
		.reached = phase->until.n ? until_reached : NULL,
		.context = c,
		.look_every_ns = LOOK_EVERY_NS,
		.timeout_ns = phase->for_ms * MS,
		.stop_requests = c->stops,
	};

	switch (control_wait(c->run->control, &until)) {
	case CONTROL_REACHED:
		return PHASE_OK;
	case CONTROL_STOPPED:
		return PHASE_STOPPED;
	case CONTROL_TIMED_OUT:
		break;
	}
	if (phase->until.n == 0)
		return PHASE_OK;
	not_reached_say(c);
	return PHASE_NOT_REACHED;
}

static void figures_take(struct course *c)
{
	struct phase_report *report = c->report;
	struct measured m;

	window_end(c->window, &m);
	report->on_primary = m.lines->on_primary;
	report->on_backup = m.lines->on_backup;
	report->down = m.lines->by_state[HL_DOWN] + m.lines->by_state[HL_PARK];
	report->took_ms = m.took_ns / MS;
	report->requests = hl_all_methods(m.end->requests) - hl_all_methods(m.begin->requests);
	if (measure_take(HL_MEASURE_RTT_P50, &m, &report->p50_us))
		report->p50_us = NAN;
	if (measure_take(HL_MEASURE_RTT_P99, &m, &report->p99_us))
		report->p99_us = NAN;
	expected_judge(&report->expected, &c->phase->expect, &m);
}

static int phase_run(struct course *c, bool is_first, struct hl_error *err)
{
	struct phase_report *report = c->report;
	struct phase_rate rate;
	int rc = window_begin(c->window, c->run, err);

	if (rc < 0)
		return rc;
	if (!c->run->status.silent)
		fprintf(stderr, "------ %s\n", c->phase->name);
	if (is_first)
		run_enable(c->run);
	report->end = PHASE_OK;
	for (uint32_t i = 0; report->end == PHASE_OK && i < c->phase->n_actions; i++)
		report->end = phase_act(c->run, &c->phase->actions[i], c->stops, report->why);
	if (report->end == PHASE_OK) {
		rc = phase_rate_begin(&rate, c->run, c->phase, err);
		if (rc < 0)
			return rc;
		report->end = phase_wait(c);
		phase_rate_end(&rate);
	}
	figures_take(c);
	if (report->end == PHASE_OK &&
	    expected_count(&report->expected, EXPECTED_MET) < report->expected.n)
		report->end = PHASE_MISSED;
	return 0;
}

static bool ends_drill(enum phase_end end)
{
	return end == PHASE_NOT_REACHED || end == PHASE_FAILED || end == PHASE_STOPPED;
}

int phases_run(struct run *run, struct hl_error *err)
{
	static struct window window;
	const struct hl_config *config = run->config;
	struct report *report = &run->report;
	bool over = stop_wanted();
	int rc = 0;

	report->phases = calloc(config->n_phases, sizeof(*report->phases));
	if (!report->phases)
		return hl_fail(err, ENOMEM, "no memory for the phases");
	report->n_phases = config->n_phases;
	for (uint32_t i = 0; i < config->n_phases; i++) {
		const struct hl_phase *phase = &config->phases[i];
		struct phase_report *of = &report->phases[i];
		// What puts things right is done after one Ctrl-C, too, and a second one ends it.
		struct course course = { run, phase, of, &window,
					 phase->always ? stop_requests() + 1 : 1 };

		*of = (struct phase_report){ .name = phase->name,
					     .rate = phase->rate,
					     .end = PHASE_SKIPPED };
		of->p50_us = of->p99_us = NAN;
		if (rc == 0 && (!over || (phase->always && stop_requests() < 2)))
			rc = phase_run(&course, run->enabled_ns == 0, err);
		over |= rc < 0 || ends_drill(of->end);
	}
	window_free(&window);
	return rc;
}

bool phases_run_programs(const struct hl_config *config)
{
	for (uint32_t i = 0; i < config->n_phases; i++)
		for (uint32_t k = 0; k < config->phases[i].n_actions; k++)
			if (config->phases[i].actions[k].kind == HL_ACTION_PROGRAM)
				return true;
	return false;
}

int phases_check(const struct hl_config *config, const char *path, struct hl_error *err)
{
	for (uint32_t i = 0; i < config->n_phases; i++)
		for (uint32_t k = 0; k < config->phases[i].n_actions; k++) {
			char place[64];
			struct hl_error inner;
			if (phase_action_check(&config->phases[i].actions[k], &inner) == 0)
				continue;
			snprintf(place, sizeof(place), "phases/%" PRIu32 "/do/%" PRIu32, i, k);
			return hl_config_fault(path, place, inner.text, NULL, err);
		}
	return 0;
}
