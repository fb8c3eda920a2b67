// SPDX-License-Identifier: BSD-3-Clause
// Sweeps of transactions by number of lines.
#include "transactions.h"

#include <stdio.h>
#include <stdlib.h>

#define COUNT_MIN 2000000

static void print_result(const struct bench_options *o, const char *label, uint64_t lines,
			 double ns, bool last)
{
	if (o->json)
		printf("{\"kind\": \"%s\", \"lines\": %llu, \"ns_per_transaction\": %.1f, "
		       "\"transactions_per_second\": %.0f}%s",
		       label, (unsigned long long)lines, ns, 1e9 / ns, last ? "" : ", ");
	else
		printf("%-20s %9llu lines  %7.1f ns/transaction  %9.0f transactions/s\n", label,
		       (unsigned long long)lines, ns, 1e9 / ns);
	fflush(stdout);
}

static void measure_lines(const struct bench_options *o, const struct transactions *kind,
			  uint64_t lines, bool last)
{
	struct rig_options options = kind->rig;
	uint64_t count = o->smoke ? lines : lines > COUNT_MIN ? lines : COUNT_MIN;
	double *ns = calloc(o->repetitions, sizeof(*ns));

	if (!ns)
		abort();
	options.lines = lines;
	struct rig *rig = rig_new(&options);
	// warm-up: every line has had its turn
	rig_measure(rig, kind->method, kind->interval_s, lines + lines / 2);
	for (unsigned r = 0; r < o->repetitions; r++)
		ns[r] = rig_measure(rig, kind->method, kind->interval_s, count);
	print_result(o, kind->label, lines, bench_median(ns, o->repetitions), last);
	rig_free(rig);
	free(ns);
}

void transactions_sweep(const struct bench_options *o, const struct transactions *kind, bool last)
{
	static const uint64_t sweep[] = { 1000, 100000, 1000000, 10000000 };
	unsigned n = o->smoke ? 1 : sizeof(sweep) / sizeof(sweep[0]);

	if (o->lines) {
		measure_lines(o, kind, o->lines, last);
		return;
	}
	for (unsigned i = 0; i < n; i++)
		measure_lines(o, kind, sweep[i], last && i == n - 1);
}
