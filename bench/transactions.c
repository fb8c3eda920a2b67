// SPDX-License-Identifier: BSD-3-Clause
// Sweeps of transactions by number of lines.
#include "transactions.h"

#include <stdio.h>
#include <stdlib.h>

#define COUNT_MIN 2000000
#define HEADLINE_LINES 1000000
#define SMOKE_LINES 1000
#define INSTRUCTIONS_LINES 10000 // callgrind runs 50 times slower
#define ROWS_MAX 16

struct row {
	const struct transactions *kind;
	uint64_t lines;
	double ns;
};

static double measure_lines(const struct bench_options *o, const struct transactions *kind,
			    uint64_t lines)
{
	struct rig_options options = kind->rig;

	options.vlan = o->vlan;
	options.ipv6 = o->ipv6;
	bool brief = o->smoke || o->instructions;
	uint64_t count = brief ? lines : lines > COUNT_MIN ? lines : COUNT_MIN;
	double *ns = calloc(o->repetitions, sizeof(*ns));

	if (!ns)
		abort();
	options.lines = lines;
	struct rig *rig = rig_new(&options);
	// warm-up: every line has had its turn
	rig_measure(rig, kind->method, kind->interval_s, lines + lines / 2);
	for (unsigned r = 0; r < o->repetitions; r++)
		ns[r] = rig_measure(rig, kind->method, kind->interval_s, count);
	if (o->instructions)
		stopwatch_dump(&rig->watch, kind->label, lines);
	double median = bench_median(ns, o->repetitions);
	rig_free(rig);
	free(ns);
	return median;
}

static void print_text(const char *bench, const struct row *row)
{
	printf("%-10s %-12s %9llu lines  %7.1f ns/transaction  %9.0f transactions/s\n", bench,
	       row->kind->label, (unsigned long long)row->lines, row->ns, 1e9 / row->ns);
	fflush(stdout);
}

static void print_keys(const struct row *row)
{
	printf("\"lines\": %llu, \"ns_per_transaction\": %.1f, \"transactions_per_second\": %.0f",
	       (unsigned long long)row->lines, row->ns, 1e9 / row->ns);
}

// The row of a kind that the keys on top are of.
static const struct row *headline(const struct row rows[], unsigned n,
				  const struct transactions *kind)
{
	const struct row *found = NULL;

	for (unsigned i = 0; i < n; i++)
		if (rows[i].kind == kind && (!found || found->lines != HEADLINE_LINES))
			found = &rows[i];
	return found;
}

static void print_json(const char *bench, const struct transactions kinds[], unsigned n_kinds,
		       const struct row rows[], unsigned n)
{
	bench_json_open(bench);
	printf(", ");
	print_keys(headline(rows, n, &kinds[0]));
	for (unsigned k = 1; k < n_kinds; k++) {
		printf(", \"%s\": {", kinds[k].label);
		print_keys(headline(rows, n, &kinds[k]));
		printf("}");
	}
	printf(", \"results\": [");
	for (unsigned i = 0; i < n; i++) {
		printf("%s{\"kind\": \"%s\", ", i ? ", " : "", rows[i].kind->label);
		print_keys(&rows[i]);
		printf("}");
	}
	printf("]");
	bench_json_close();
}

static int count_instructions(const struct bench_options *o, const struct transactions kinds[],
			      unsigned n_kinds)
{
	uint64_t lines = o->lines ? o->lines : o->smoke ? SMOKE_LINES : INSTRUCTIONS_LINES;

	for (unsigned k = 0; k < n_kinds; k++)
		measure_lines(o, &kinds[k], lines);
	return 0;
}

int transactions_sweep(const char *bench, const struct bench_options *o,
		       const struct transactions kinds[], unsigned n_kinds)
{
	static const uint64_t sweep[] = { SMOKE_LINES, 100000, 1000000, 10000000 };
	unsigned n_sweep = o->smoke || o->lines ? 1 : sizeof(sweep) / sizeof(sweep[0]), n = 0;
	struct row rows[ROWS_MAX];

	if (o->instructions)
		return count_instructions(o, kinds, n_kinds);
	for (unsigned k = 0; k < n_kinds; k++)
		for (unsigned i = 0; i < n_sweep && n < ROWS_MAX; i++) {
			struct row *row = &rows[n++];

			*row = (struct row){ .kind = &kinds[k],
					     .lines = o->lines ? o->lines : sweep[i] };
			row->ns = measure_lines(o, row->kind, row->lines);
			if (!o->json)
				print_text(bench, row);
		}
	if (o->json)
		print_json(bench, kinds, n_kinds, rows, n);
	return 0;
}
