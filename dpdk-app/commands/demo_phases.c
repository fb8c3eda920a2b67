// SPDX-License-Identifier: BSD-3-Clause
// The phases of the demo in order, and how each of them is seen to have succeeded.

#include "commands/demo_phases.h"

#include <stdio.h>

#include "base/counter.h"
#include "base/timebase.h"
#include "report/rtt.h"

#define MS 1000000ull
#define SLACK_MS 2000           // allowed beyond the protocol's worst case
#define PATIENCE_MS 20000       // after its limit, until a phase is given up
#define LINES_A_MS 20           // what a slow machine can do, for phases with many lines
#define LOOK_EVERY_NS (10 * MS) // a look walks all lines

enum { PRIMARY, BACKUP };

struct phase {
	const char *name, *what;
	void (*begin)(struct demo *demo);
	bool (*reached)(const struct demo *demo, const struct hl_snapshot *now);
	bool holds; // the state must last until the time is over, and need not be reached first
};

uint64_t demo_bindings(const struct demo *demo, uint32_t server)
{
	return counter_load(&hl_registrar_counters(demo->servers->registrar, server)->bindings);
}

static void begin_register(struct demo *demo)
{
	run_enable(demo->run);
}

static void begin_nothing(struct demo *demo)
{
	(void)demo;
}

static void begin_silence(struct demo *demo)
{
	queue_set_fault(demo->servers, PRIMARY, HL_FAULT_SILENT, 0);
}

static void begin_recovery(struct demo *demo)
{
	queue_set_fault(demo->servers, PRIMARY, HL_FAULT_NONE, 0);
}

static bool all_on_primary(const struct demo *demo, const struct hl_snapshot *now)
{
	return now->on_primary == demo->lines;
}

static bool all_on_backup(const struct demo *demo, const struct hl_snapshot *now)
{
	return now->on_backup == demo->lines && demo_bindings(demo, BACKUP) == demo->lines;
}

// Every line is on the primary, and the backup has no bindings left.
static bool all_returned(const struct demo *demo, const struct hl_snapshot *now)
{
	return now->on_primary == demo->lines && demo_bindings(demo, BACKUP) == 0;
}

// clang-format off
static const struct phase phases[DEMO_PHASES - 1] = {
	{ "register", "all register at the primary", begin_register, all_on_primary, false },
	{ "hold", "all stay, and probe the primary", begin_nothing, all_on_primary, true },
	{ "primary silent", "all move to the backup", begin_silence, all_on_backup, false },
	{ "hold", "all stay on the backup", begin_nothing, all_on_backup, true },
	{ "primary back", "all return, none is left behind", begin_recovery, all_returned, false },
	{ "hold", "all stay on the primary", begin_nothing, all_returned, true },
};
// clang-format on

static struct demo_row *row_begin(struct demo *demo, const char *name, const char *what)
{
	struct demo_row *row = &demo->rows[demo->n_done];

	*row = (struct demo_row){ .name = name, .what = what };
	if (!demo->run->status.silent)
		fprintf(stderr, "------ %s: %s\n", name, what);
	return row;
}

static void row_end(struct demo *demo, struct demo_row *row, const struct hl_snapshot *now,
		    struct rtt_window *rtt, uint64_t start_ns, uint64_t requests)
{
	row->on_primary = now->on_primary;
	row->on_backup = now->on_backup;
	row->down = now->by_state[HL_DOWN] + now->by_state[HL_PARK];
	row->took_ms = (timebase_ns() - start_ns) / MS;
	row->requests = run_requests(demo->run) - requests;
	row->p50_us = rtt_window_quantile(rtt, demo->run->dp, 0.5);
	row->p99_us = rtt_window_quantile(rtt, demo->run->dp, 0.99);
	demo->n_done++;
}

static uint64_t worst_ms(const struct demo *demo, const struct phase *phase)
{
	if (phase->begin == begin_silence)
		return demo->fail_worst_ms;
	return phase->begin == begin_recovery ? demo->return_worst_ms : 0;
}

// How long a phase may take: what the protocol needs, and what the machine needs for so many lines.
static uint64_t limit_ms(const struct demo *demo, const struct phase *phase)
{
	uint64_t machine_ms = SLACK_MS + demo->lines / LINES_A_MS;

	if (phase->begin == begin_register)
		return demo->run->config->ramp_ms + PATIENCE_MS + machine_ms;
	return worst_ms(demo, phase) + machine_ms;
}

struct course {
	const struct demo *demo;
	const struct phase *phase;
	struct hl_snapshot now;
};

// The state is reached; or, in a phase that holds it, lost.
static bool turned(void *context)
{
	struct course *c = context;

	dataplane_snapshot(c->demo->run->dp, &c->now);
	return c->phase->reached(c->demo, &c->now) != c->phase->holds;
}

static enum demo_result phase_wait(struct course *c, uint64_t start_ns)
{
	const struct demo *demo = c->demo;
	const struct phase *phase = c->phase;
	uint64_t limit_ns = (phase->holds ? demo->hold_ms : limit_ms(demo, phase)) * MS;
	const struct control_until until = {
		.reached = turned,
		.context = c,
		.look_every_ns = LOOK_EVERY_NS,
		.timeout_ns = limit_ns + (phase->holds ? 0 : PATIENCE_MS * MS),
		.stop_requests = 1,
	};
	enum control_end end = control_wait(demo->run->control, &until);

	dataplane_snapshot(demo->run->dp, &c->now);
	if (end == CONTROL_STOPPED)
		return DEMO_STOPPED;
	bool in_time = timebase_ns() <= start_ns + limit_ns + SLACK_MS * MS;
	return phase->reached(demo, &c->now) && in_time ? DEMO_OK : DEMO_FAILED;
}

static bool phase_run(struct demo *demo, const struct phase *phase)
{
	static struct rtt_window rtt;
	struct course course = { .demo = demo, .phase = phase };
	struct demo_row *row = row_begin(demo, phase->name, phase->what);
	uint64_t start_ns = timebase_ns(), requests = run_requests(demo->run);

	rtt_window_start(&rtt, demo->run->dp);
	phase->begin(demo);
	row->result = phase_wait(&course, start_ns);
	row->worst_ms = worst_ms(demo, phase);
	row_end(demo, row, &course.now, &rtt, start_ns, requests);
	return row->result == DEMO_OK;
}

static bool drain_run(struct demo *demo)
{
	static struct rtt_window rtt;
	struct hl_snapshot now;
	struct demo_row *row = row_begin(demo, "unregister", "all leave, both servers are empty");
	uint64_t start_ns = timebase_ns(), requests = run_requests(demo->run);

	rtt_window_start(&rtt, demo->run->dp);
	run_drain(demo->run);
	dataplane_snapshot(demo->run->dp, &now);
	bool empty = demo_bindings(demo, PRIMARY) == 0 && demo_bindings(demo, BACKUP) == 0;
	row->result = empty && !demo->run->report.timed_out ? DEMO_OK : DEMO_FAILED;
	row_end(demo, row, &now, &rtt, start_ns, requests);
	return row->result == DEMO_OK;
}

void demo_run(struct demo *demo)
{
	bool ok = true;

	for (unsigned i = 0; ok && i < DEMO_PHASES - 1; i++)
		ok = phase_run(demo, &phases[i]);
	if (!ok) // lines cannot unregister from a silent primary
		begin_recovery(demo);
	ok &= drain_run(demo);
	demo->run->report.phase_failed = !ok;
}
