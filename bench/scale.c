// SPDX-License-Identifier: BSD-3-Clause
// 1, 2, ... workers of one plan, a thread and a processor each, with a registrar of its own that answers
// from memory. Every worker has the same number of lines whoever else runs. Only the worker's calls
// are timed; beside that, what all threads did by the wall's clock.
//
// That nothing is shared is shown by write protection: while a worker runs, every page of the plan
// and of the other workers is read-only, and each write to one is counted.
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "arena.h"
#include "bench.h"
#include "rig.h"

#define WORKERS_MAX 32
#define INTERVAL_S 10
#define CHUNK 20000

// Owners of memory: the plan, each worker, and the registrars, which may write whenever they want.
enum { OWNER_PLAN, OWNER_WORKER, OWNER_REGISTRARS = OWNER_WORKER + WORKERS_MAX };

struct scale {
	uint32_t workers;
	struct rig *rigs[WORKERS_MAX];
	uint64_t count; // transactions of each worker
	pthread_barrier_t together;
	_Atomic uint32_t unfinished;
};

struct thread {
	struct scale *scale;
	uint32_t index;
	pthread_t id;
	double ns;        // of its worker's calls, a transaction
	uint64_t wall_ns; // for `count`
};

struct row {
	double tps_per_worker, total_tps, wall_tps;
};

static double transact(struct rig *rig, uint64_t count)
{
	return rig_measure(rig, HL_OPTIONS, INTERVAL_S, count);
}

static void *thread_main(void *argument)
{
	struct thread *t = argument;
	struct scale *s = t->scale;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(t->index, &set);
	pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
	pthread_barrier_wait(&s->together);
	uint64_t start = bench_now_ns();
	t->ns = transact(s->rigs[t->index], s->count);
	t->wall_ns = bench_now_ns() - start;
	s->unfinished--;
	while (s->unfinished) // the others are measured with this one at work
		transact(s->rigs[t->index], CHUNK);
	return NULL;
}

// The first n workers at once.
static struct row run_together(struct scale *s, uint32_t n)
{
	struct thread threads[WORKERS_MAX];
	struct row row = { 0 };

	s->unfinished = n;
	pthread_barrier_init(&s->together, NULL, n);
	for (uint32_t i = 0; i < n; i++) {
		threads[i] = (struct thread){ .scale = s, .index = i };
		if (pthread_create(&threads[i].id, NULL, thread_main, &threads[i]) != 0)
			abort();
	}
	for (uint32_t i = 0; i < n; i++) {
		pthread_join(threads[i].id, NULL);
		row.total_tps += 1e9 / threads[i].ns;
		row.wall_tps += (double)s->count * 1e9 / (double)threads[i].wall_ns;
	}
	row.tps_per_worker = row.total_tps / n;
	pthread_barrier_destroy(&s->together);
	return row;
}

static void scale_make(struct scale *s, uint32_t workers, uint64_t lines)
{
	struct rig_options options = {
		.lines = lines * workers,
		.profile = ", register_refresh_interval: 86400s, primary_detect_interval: 10s",
	};

	s->workers = workers;
	arena_use();
	arena_own(OWNER_PLAN);
	options.plan = rig_plan_new(&options, workers);
	for (uint32_t i = 0; i < workers; i++) {
		options.index = i;
		options.lines = lines;
		options.worker_owner = OWNER_WORKER + i;
		options.registrar_owner = OWNER_REGISTRARS;
		s->rigs[i] = rig_new(&options);
		transact(s->rigs[i], lines + lines / 2); // warm-up
	}
}

static void scale_free(struct scale *s)
{
	struct hl_plan *plan = s->rigs[0]->plan;

	for (uint32_t i = 0; i < s->workers; i++)
		rig_free(s->rigs[i]);
	hl_plan_free(plan);
}

// Pages that a worker wrote to and that are not its own: of the plan, of other workers.
static void shared_count(struct scale *s, uint64_t *plan, uint64_t *foreign)
{
	*plan = *foreign = 0;
	for (uint32_t i = 0; i < s->workers; i++) {
		arena_protect(OWNER_WORKER + i, OWNER_REGISTRARS);
		transact(s->rigs[i], s->count);
		*plan += arena_pages_written(OWNER_PLAN);
		for (uint32_t k = 0; k < s->workers; k++)
			*foreign += arena_pages_written(OWNER_WORKER + k);
		arena_release();
	}
}

struct scale_result {
	uint32_t workers;
	uint64_t lines, plan_pages, foreign_pages;
	struct row rows[WORKERS_MAX];
	double ratio, wall_ratio; // two workers to one; paired, so not of the medians
};

static void print_result(const struct bench_options *o, const struct scale_result *r)
{
	static const char *const names[] = { "tps_per_worker", "total_tps", "wall_tps" };

	if (!o->json) {
		for (uint32_t n = 1; n <= r->workers; n++)
			printf("scale %2u %s %9llu lines each  %9.0f transactions/s a worker, %9.0f all "
			       "(by the wall's clock, registrars included, %9.0f)\n",
			       n, n == 1 ? "worker, " : "workers,", (unsigned long long)r->lines,
			       r->rows[n - 1].tps_per_worker, r->rows[n - 1].total_tps,
			       r->rows[n - 1].wall_tps);
		if (r->workers > 1)
			printf("  two to one: %.2f (by the wall's clock %.2f)\n", r->ratio,
			       r->wall_ratio);
		printf("  shared: %llu pages of the plan and %llu of other workers were written to\n",
		       (unsigned long long)r->plan_pages, (unsigned long long)r->foreign_pages);
		return;
	}
	bench_json_open("scale");
	printf(", \"workers\": %u, \"lines_per_worker\": %llu, \"ratio\": %.3f, \"wall_ratio\": %.3f, "
	       "\"plan_pages_written\": %llu, \"foreign_pages_written\": %llu",
	       r->workers, (unsigned long long)r->lines, r->ratio, r->wall_ratio,
	       (unsigned long long)r->plan_pages, (unsigned long long)r->foreign_pages);
	for (unsigned k = 0; k < 3; k++) {
		printf(", \"%s\": [", names[k]);
		for (uint32_t n = 0; n < r->workers; n++)
			printf("%s%.0f", n ? ", " : "", ((const double *)&r->rows[n])[k]);
		printf("]");
	}
	bench_json_close();
}

// Of each repetition's rows: [repetition * workers + n - 1].
static void medians(struct scale_result *r, const struct row *rows, unsigned repetitions)
{
	double *values = calloc(repetitions, sizeof(*values));

	if (!values)
		abort();
	for (uint32_t n = 0; n < r->workers; n++)
		for (unsigned k = 0; k < 3; k++) {
			for (unsigned i = 0; i < repetitions; i++)
				values[i] = ((const double *)&rows[i * r->workers + n])[k];
			((double *)&r->rows[n])[k] = bench_median(values, repetitions);
		}
	r->ratio = r->wall_ratio = 1;
	for (unsigned k = 1; k < 3 && r->workers > 1; k++) {
		for (unsigned i = 0; i < repetitions; i++)
			values[i] = ((const double *)&rows[i * r->workers + 1])[k] /
				    ((const double *)&rows[i * r->workers])[k];
		*(k == 1 ? &r->ratio : &r->wall_ratio) = bench_median(values, repetitions);
	}
	free(values);
}

static int run(const struct bench_options *o)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct scale s = { 0 };
	struct scale_result r = {
		.workers = cores < WORKERS_MAX ? (uint32_t)cores : WORKERS_MAX,
		.lines = o->lines   ? o->lines
			 : o->smoke ? 1000
				    : 500000,
	};
	struct row *rows = calloc((size_t)o->repetitions * r.workers, sizeof(*rows));

	if (!rows)
		abort();
	s.count = o->smoke ? 5000 : 2 * r.lines > 1000000 ? 2 * r.lines : 1000000;
	scale_make(&s, r.workers, r.lines);
	for (unsigned i = 0; i < o->repetitions; i++)
		for (uint32_t n = 1; n <= r.workers; n++)
			rows[i * r.workers + n - 1] = run_together(&s, n);
	medians(&r, rows, o->repetitions);
	shared_count(&s, &r.plan_pages, &r.foreign_pages);
	print_result(o, &r);
	scale_free(&s);
	free(rows);
	return 0;
}

const struct bench bench_scale = { "scale", "1, 2, ... workers at once, and what they share", run };
