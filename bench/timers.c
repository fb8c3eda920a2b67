// SPDX-License-Identifier: BSD-3-Clause
// Lateness of due work by the real clock: the worker polled without pause, every line probing. From a
// probe's deadline to the return of the call that wrote its frame. The registrar that answers runs in
// the same loop, so its time makes the worker later, never earlier. Before that the same by the
// thread's own clock, which stands still while another program has the processor: what is the
// worker's own fault.
#include <stdio.h>
#include <stdlib.h>

#include "beat.h"
#include "bench.h"

#define INTERVAL_S 10
#define GAP_NS 1000000 // a round takes some 10 us: then something else had the processor

enum { REAL, OWN, CLOCKS };
enum { P50, P99, P999, TAKEN_MS, FIGURES };

struct result {
	double of[CLOCKS][FIGURES];
};

struct timers {
	struct rig *rig;
	struct beat beat;
	struct samples late;
	clockid_t clock;
	uint64_t offset_ns; // of the worker's time to it
	uint64_t last_ns, gaps_ns;
};

static uint64_t timers_now(const struct timers *t)
{
	return bench_clock_ns(t->clock) + t->offset_ns;
}

static void probes_note(struct timers *t, const struct hl_burst *out, uint64_t now_ns)
{
	for (uint16_t k = 0; k < out->n; k++) {
		int64_t line = beat_is_probe(&out->pkts[k])
				       ? beat_line_sent(&t->beat, &out->pkts[k])
				       : -1;

		if (line >= 0)
			samples_add(
				&t->late,
				(int64_t)(now_ns - beat_due_ns(&t->beat, (uint32_t)line, now_ns)));
	}
}

static void poll_once(struct timers *t)
{
	struct rig *rig = t->rig;
	struct hl_burst out = rig_burst(&rig->to_server), in = rig_burst(&rig->to_worker);
	uint64_t now_ns = timers_now(t);

	if (now_ns - t->last_ns > GAP_NS)
		t->gaps_ns += now_ns - t->last_ns;
	t->last_ns = now_ns;
	hl_worker_tick(rig->worker, &out, now_ns);
	probes_note(t, &out, timers_now(t));
	while (out.n) {
		hl_registrar_rx(rig->registrar, out.pkts, out.n, &in, now_ns);
		out = rig_burst(&rig->to_server);
		rig_receive(rig, &in, &out, timers_now(t));
		for (uint16_t k = 0; k < in.n; k++) {
			int64_t line = beat_line_received(&t->beat, &in.pkts[k]);

			if (line >= 0)
				beat_answered(&t->beat, (uint32_t)line);
		}
		in = rig_burst(&rig->to_worker);
	}
}

static void poll_for(struct timers *t, double seconds)
{
	uint64_t end_ns = t->last_ns + (uint64_t)(seconds * 1e9);

	t->offset_ns += t->last_ns - timers_now(t); // no time has passed since the last poll
	while (t->last_ns < end_ns)
		poll_once(t);
}

static void measure(struct timers *t, double seconds, double figures[FIGURES])
{
	t->late.n = 0;
	t->gaps_ns = 0;
	poll_for(t, seconds);
	samples_sort(&t->late);
	figures[P50] = (double)samples_quantile(&t->late, 0.5) / 1e3;
	figures[P99] = (double)samples_quantile(&t->late, 0.99) / 1e3;
	figures[P999] = (double)samples_quantile(&t->late, 0.999) / 1e3;
	figures[TAKEN_MS] = (double)t->gaps_ns / 1e6;
}

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

static void print_result(const struct bench_options *o, uint64_t lines, double of[CLOCKS][FIGURES])
{
	if (!o->json) {
		printf("timers %9llu lines  late by p50 %.0f us, p99 %.0f us, p99.9 %.0f us; other "
		       "programs took %.0f ms; without them %.0f, %.0f, %.0f us\n",
		       (unsigned long long)lines, of[REAL][P50], of[REAL][P99], of[REAL][P999],
		       of[REAL][TAKEN_MS], of[OWN][P50], of[OWN][P99], of[OWN][P999]);
		return;
	}
	bench_json_open("timers");
	printf(", \"lines\": %llu, \"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, "
	       "\"taken_by_others_ms\": %.1f, \"own_p50_us\": %.1f, \"own_p99_us\": %.1f, "
	       "\"own_p999_us\": %.1f",
	       (unsigned long long)lines, of[REAL][P50], of[REAL][P99], of[REAL][P999],
	       of[REAL][TAKEN_MS], of[OWN][P50], of[OWN][P99], of[OWN][P999]);
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
	double of[CLOCKS][FIGURES];
	struct result *results = calloc(o->repetitions, sizeof(*results));
	struct timers t = { .rig = rig_new(&options), .clock = CLOCK_THREAD_CPUTIME_ID };

	if (!results)
		abort();
	t.beat = beat_new(t.rig);
	t.late = samples_new(options.lines * 2);
	t.last_ns = t.rig->now_ns;
	poll_for(&t, o->smoke ? 0.1 : INTERVAL_S); // warm-up: every line has had its turn
	for (unsigned i = 0; i < o->repetitions; i++)
		measure(&t, seconds, results[i].of[OWN]);
	t.clock = CLOCK_MONOTONIC; // afterwards: lines that a gap made late stay together
	for (unsigned i = 0; i < o->repetitions; i++)
		measure(&t, seconds, results[i].of[REAL]);
	for (int clock = 0; clock < CLOCKS; clock++)
		for (int figure = 0; figure < FIGURES; figure++)
			of[clock][figure] = median_of(results, o->repetitions, clock, figure);
	print_result(o, options.lines, of);
	free(results);
	samples_free(&t.late);
	beat_free(&t.beat);
	rig_free(t.rig);
	return 0;
}

const struct bench bench_timers = { "timers", "lateness of due work by the real clock", run };
