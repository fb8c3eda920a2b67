// SPDX-License-Identifier: BSD-3-Clause
// Lateness of due work by the real clock: the worker polled without pause, every line probing. Before that
// the same by the thread's own clock, which stands still while another program has the processor: what is
// the worker's own fault.
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "probing.h"

#define INTERVAL_S 10

enum { REAL, OWN, CLOCKS };

struct result {
	double of[CLOCKS][PROBING_FIGURES];
};

static double median_of(const struct result results[], unsigned n, int clock, int figure)
{
	double *values = calloc(n, sizeof(*values)), median;

	if (!values)
		abort();
	for (unsigned i = 0; i < n; i++)
		values[i] = results[i].of[clock][figure];
	median = bench_median(values, n);
	free(values);
	return median;
}

static void print_result(const struct bench_options *o, uint64_t lines,
			 double of[CLOCKS][PROBING_FIGURES])
{
	if (!o->json) {
		printf("timers %9llu lines  late by p50 %.0f us, p99 %.0f us, p99.9 %.0f us; other "
		       "programs took %.0f ms; without them %.0f, %.0f, %.0f us\n",
		       (unsigned long long)lines, of[REAL][PROBING_P50], of[REAL][PROBING_P99],
		       of[REAL][PROBING_P999], of[REAL][PROBING_TAKEN_MS], of[OWN][PROBING_P50],
		       of[OWN][PROBING_P99], of[OWN][PROBING_P999]);
		return;
	}
	bench_json_open("timers");
	printf(", \"lines\": %llu, \"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, "
	       "\"taken_by_others_ms\": %.1f, \"own_p50_us\": %.1f, \"own_p99_us\": %.1f, "
	       "\"own_p999_us\": %.1f",
	       (unsigned long long)lines, of[REAL][PROBING_P50], of[REAL][PROBING_P99],
	       of[REAL][PROBING_P999], of[REAL][PROBING_TAKEN_MS], of[OWN][PROBING_P50],
	       of[OWN][PROBING_P99], of[OWN][PROBING_P999]);
	bench_json_close();
}

static int run(const struct bench_options *o)
{
	const struct rig_options options = {
		.lines = o->lines   ? o->lines
			 : o->smoke ? 20000
				    : 1000000,
		.profile = ", register_refresh_interval: 86400s, primary_detect_interval: 10s",
	};
	double seconds = o->smoke ? 1 : INTERVAL_S;
	double of[CLOCKS][PROBING_FIGURES];
	struct result *results = calloc(o->repetitions, sizeof(*results));
	struct rig *rig = rig_new(&options);
	struct probing p = probing_new(rig, CLOCK_THREAD_CPUTIME_ID);

	if (!results)
		abort();
	probing_run(&p, o->smoke ? 0.1 : INTERVAL_S); // warm-up: every line has had its turn
	for (unsigned i = 0; i < o->repetitions; i++)
		probing_measure(&p, seconds, results[i].of[OWN]);
	p.clock = CLOCK_MONOTONIC; // afterwards: lines that a gap made late stay together
	for (unsigned i = 0; i < o->repetitions; i++)
		probing_measure(&p, seconds, results[i].of[REAL]);
	for (int clock = 0; clock < CLOCKS; clock++)
		for (int figure = 0; figure < PROBING_FIGURES; figure++)
			of[clock][figure] = median_of(results, o->repetitions, clock, figure);
	print_result(o, options.lines, of);
	free(results);
	probing_free(&p);
	rig_free(rig);
	return 0;
}

const struct bench bench_timers = { "timers", "lateness of due work by the real clock", run };
