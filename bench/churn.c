// SPDX-License-Identifier: BSD-3-Clause
// 100,000 lines are added to a million that probe, and removed again: how late do the probes of the others
// leave meanwhile? By the real clock, and before that by the worker's own (probing.h).
//
// The plan gets the lines in one call of another thread, as the control thread of the program does it; the
// worker hears of them bit by bit over so many seconds.
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "probing.h"

#define SPREAD_S 5
#define TURNS_A_S 500 // in which the program tells a worker of lines, see orders.c
#define FIRST_NUMBER 90000000u

enum part { QUIET, ADDING, REMOVING, PARTS };
enum { REAL, OWN, CLOCKS };

static const struct {
	const char *name, *text;
} parts[PARTS] = {
	[QUIET] = { "quiet", "before" },
	[ADDING] = { "adding", "while they are added" },
	[REMOVING] = { "removing", "while they are removed" },
};

struct churn {
	struct rig *rig;
	const struct rig_options *options;
	enum part part;
	uint32_t n, first_number;
	uint32_t *slots;
	double seconds;
};

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench: churn: %s\n", what);
	exit(1);
}

static void plan_add(struct churn *c)
{
	const struct hl_lines group = { .first = c->first_number,
					.last = c->first_number + c->n - 1,
					.digits = 8 };
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };

	rig_config_new(c->options, &config);
	must(hl_plan_add(c->rig->plan, &config, &group, c->slots, &err) == 0, err.text);
	hl_config_free(&config);
}

static void tell(struct churn *c, enum hl_command_type type, uint32_t from, uint32_t to)
{
	while (from < to) { // one command for a row of neighbours
		struct hl_command command = { .type = type, .first = c->slots[from] };

		do {
			command.n++;
			from++;
		} while (from < to && c->slots[from] == command.first + command.n);
		while (hl_worker_command(c->rig->worker, &command) != 0)
			sched_yield();
	}
}

static void *run_control(void *argument)
{
	struct churn *c = argument;
	const struct timespec turn = { 0, 1000000000 / TURNS_A_S };
	unsigned turns = (unsigned)(c->seconds * TURNS_A_S);

	if (c->part == ADDING)
		plan_add(c);
	for (unsigned k = 0; k < turns; k++) {
		uint32_t from = (uint32_t)((uint64_t)c->n * k / turns);
		uint32_t to = (uint32_t)((uint64_t)c->n * (k + 1) / turns);

		if (c->part == ADDING) {
			tell(c, HL_COMMAND_ADD, from, to);
			tell(c, HL_COMMAND_ENABLE, from, to);
		} else {
			tell(c, HL_COMMAND_REMOVE, from, to);
		}
		nanosleep(&turn, NULL);
	}
	return NULL;
}

static uint64_t reached(const struct churn *c)
{
	const struct hl_counters *counters = hl_worker_counters(c->rig->worker);

	return atomic_load(c->part == ADDING ? &counters->registered_once
					     : &counters->unregistered);
}

// Lines come or go while the others are measured; returns when all of them have.
static void measure(struct churn *c, struct probing *p, double figures[PROBING_FIGURES])
{
	uint64_t before = reached(c);
	pthread_t control;

	if (c->part == QUIET) {
		probing_measure(p, c->seconds, figures);
		return;
	}
	must(pthread_create(&control, NULL, run_control, c) == 0, "no thread");
	probing_measure(p, c->seconds + 1, figures);
	for (unsigned k = 0; k < 600 && reached(c) - before < c->n; k++)
		probing_run(p, 0.1);
	pthread_join(control, NULL);
	must(reached(c) - before == c->n, "not all lines came, or not all went");
}

static void print_result(const struct bench_options *o, const struct churn *c,
			 double of[CLOCKS][PARTS][PROBING_FIGURES])
{
	if (o->json) {
		bench_json_open("churn");
		printf(", \"lines\": %llu, \"added\": %u", (unsigned long long)c->rig->lines, c->n);
		for (unsigned k = 0; k < CLOCKS * PARTS; k++) {
			const double *f = of[k / PARTS][k % PARTS];
			const char *own = k / PARTS == OWN ? "own_" : "";

			printf(", \"%s%s_p99_us\": %.1f, \"%s%s_p999_us\": %.1f", own,
			       parts[k % PARTS].name, f[PROBING_P99], own, parts[k % PARTS].name,
			       f[PROBING_P999]);
		}
		bench_json_close();
		return;
	}
	printf("churn   %9llu lines, %u more added and removed, each over %.0f s\n",
	       (unsigned long long)c->rig->lines, c->n, c->seconds);
	for (unsigned part = 0; part < PARTS; part++) {
		const double *real = of[REAL][part], *own = of[OWN][part];

		printf("        %-22s  late by p50 %.0f us, p99 %.0f us, p99.9 %.0f us; other programs "
		       "took %.0f ms; without them %.0f, %.0f, %.0f us\n",
		       parts[part].text, real[PROBING_P50], real[PROBING_P99], real[PROBING_P999],
		       real[PROBING_TAKEN_MS], own[PROBING_P50], own[PROBING_P99],
		       own[PROBING_P999]);
	}
}

static int run(const struct bench_options *o)
{
	uint64_t lines = o->lines ? o->lines : o->smoke ? 20000 : 1000000;
	const uint32_t n = (uint32_t)lines / 10;
	const struct rig_options options = {
		.lines = lines,
		.spare_lines = n * CLOCKS, // a removed one's place is free after 32 s
		.profile = ", register_refresh_interval: 86400s, primary_detect_interval: 10s",
	};
	struct churn c = { .options = &options, .n = n, .seconds = o->smoke ? 0.5 : SPREAD_S };
	double of[CLOCKS][PARTS][PROBING_FIGURES];

	c.rig = rig_new(&options);
	c.slots = calloc(n, sizeof(*c.slots));
	must(c.slots != NULL, "no memory");
	struct probing p = probing_new(c.rig, CLOCK_THREAD_CPUTIME_ID);
	probing_run(&p, o->smoke ? 0.1 : 10); // warm-up: every line has had its turn
	for (int clock = OWN; clock >= REAL; clock--) {
		p.clock = clock == OWN ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
		c.first_number = FIRST_NUMBER + (clock == OWN ? 0 : n);
		for (c.part = QUIET; c.part < PARTS; c.part++)
			measure(&c, &p, of[clock][c.part]);
	}
	print_result(o, &c, of);
	free(c.slots);
	probing_free(&p);
	rig_free(c.rig);
	return 0;
}

const struct bench bench_churn = { "churn", "probes of others while lines are added and removed",
				   run };
