// SPDX-License-Identifier: BSD-3-Clause
// bench NAME [--json] [--smoke] [--instructions] [--vlan] [--ipv6] [--repetitions N] [--lines N]
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stopwatch.h"

static const struct bench *const benches[] = {
	&bench_worker,  &bench_register, &bench_scan,  &bench_memory,   &bench_answer,
	&bench_startup, &bench_timers,   &bench_churn, &bench_failover, &bench_scale,
};
#define BENCHES (sizeof(benches) / sizeof(benches[0]))

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_median(double *values, unsigned n)
{
	qsort(values, n, sizeof(*values), compare);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static int usage(void)
{
	fprintf(stderr, "usage: bench NAME [--json] [--smoke] [--instructions] [--vlan] [--ipv6] "
			"[--repetitions N] [--lines N]\n");
	for (unsigned i = 0; i < BENCHES; i++)
		fprintf(stderr, "  %-10s %s\n", benches[i]->name, benches[i]->what);
	return 2;
}

static bool read_options(int argc, char **argv, struct bench_options *o)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "smoke", no_argument, NULL, 's' },
		{ "instructions", no_argument, NULL, 'i' },
		{ "vlan", no_argument, NULL, 'v' },
		{ "ipv6", no_argument, NULL, '6' },
		{ "repetitions", required_argument, NULL, 'r' },
		{ "lines", required_argument, NULL, 'l' },
		{ 0 },
	};
	int c;

	*o = (struct bench_options){ .repetitions = 5 };
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'j')
			o->json = true;
		else if (c == 's')
			o->smoke = true;
		else if (c == 'i')
			o->instructions = true;
		else if (c == 'v')
			o->vlan = true;
		else if (c == '6')
			o->ipv6 = true;
		else if (c == 'r')
			o->repetitions = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'l')
			o->lines = strtoull(optarg, NULL, 10);
		else
			return false;
	}
	if (o->smoke || o->instructions) // which are the same each time
		o->repetitions = 1;
	return optind == argc - 1 && o->repetitions > 0;
}

int main(int argc, char **argv)
{
	struct bench_options o;

	if (!read_options(argc, argv, &o))
		return usage();
	if (o.instructions && !RUNNING_ON_VALGRIND) {
		fprintf(stderr,
			"bench: --instructions needs callgrind: bench/run NAME --instructions\n");
		return 2;
	}
	for (unsigned i = 0; i < BENCHES; i++)
		if (strcmp(benches[i]->name, argv[optind]) == 0)
			return benches[i]->run(&o);
	fprintf(stderr, "bench: there is no bench \"%s\"\n", argv[optind]);
	return usage();
}
