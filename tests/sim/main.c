// SPDX-License-Identifier: BSD-3-Clause
// The simulator: sim [--seeds N] [--seed K] [--name SCENARIO] [--trace]; prints a line a check.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "named.h"

struct options {
	uint64_t seeds, seed;
	const char *name;
	bool trace;
};

struct totals {
	uint64_t runs, failed, frames, failovers, returns;
	double virtual_s, slowest_s;
};

static double wall_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool run(const struct scenario *s, bool trace, struct totals *t, struct scenario_result *r)
{
	double start = wall_s();

	scenario_run(s, trace, r);
	double spent = wall_s() - start;
	t->runs++;
	t->failed += r->broken[0] != '\0';
	t->frames += r->frames;
	t->failovers += r->failovers;
	t->returns += r->returns;
	t->virtual_s += (double)r->virtual_ns / 1e9;
	if (spent > t->slowest_s)
		t->slowest_s = spent;
	return r->broken[0] == '\0';
}

static bool run_named(const struct options *o, struct totals *t)
{
	struct scenario s;
	struct scenario_result r;
	bool found = false;

	for (uint32_t k = 0; scenario_named(k, &s); k++) {
		if (o->name && strcmp(o->name, s.name) != 0)
			continue;
		found = true;
		if (run(&s, o->trace, t, &r))
			printf("ok - %s (%llu failovers, %llu returns)\n", s.name,
			       (unsigned long long)r.failovers, (unsigned long long)r.returns);
		else
			printf("not ok - %s: %s\n#   replay: tests/run sim --name %s --trace\n",
			       s.name, r.broken, s.name);
	}
	return found;
}

static void run_seeds(const struct options *o, uint64_t first, uint64_t last)
{
	struct totals t = { 0 };
	struct scenario s;
	struct scenario_result r;

	for (uint64_t seed = first; seed <= last; seed++) {
		scenario_random(&s, seed);
		if (!run(&s, o->trace, &t, &r))
			printf("not ok - seed %llu: %s\n#   replay: tests/run sim --seed %llu --trace\n",
			       (unsigned long long)seed, r.broken, (unsigned long long)seed);
		if (t.failed >= 10)
			break;
	}
	if (t.failed == 0)
		printf("ok - seeds %llu..%llu: %llu frames, %llu failovers, %llu returns, "
		       "%.1f h of virtual time; slowest seed %.3f s\n",
		       (unsigned long long)first, (unsigned long long)last,
		       (unsigned long long)t.frames, (unsigned long long)t.failovers,
		       (unsigned long long)t.returns, t.virtual_s / 3600, t.slowest_s);
	if (t.failed)
		exit(1);
}

static bool read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "seeds", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 's' },
		{ "name", required_argument, NULL, 'N' },
		{ "trace", no_argument, NULL, 't' },
		{ 0 },
	};
	int c;

	*o = (struct options){ .seeds = 1000 };
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'n')
			o->seeds = strtoull(optarg, NULL, 10);
		else if (c == 's')
			o->seed = strtoull(optarg, NULL, 10);
		else if (c == 'N')
			o->name = optarg;
		else if (c == 't')
			o->trace = true;
		else
			return false;
	}
	return optind == argc;
}

int main(int argc, char **argv)
{
	struct options o;
	struct totals t = { 0 };

	if (!read_options(argc, argv, &o)) {
		fprintf(stderr, "usage: sim [--seeds N] [--seed K] [--name SCENARIO] [--trace]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (o.seed == 0 && !run_named(&o, &t)) {
		fprintf(stderr, "sim: no scenario is called %s\n", o.name);
		return 2;
	}
	if (o.name)
		return t.failed != 0;
	if (o.seed)
		run_seeds(&o, o.seed, o.seed);
	else
		run_seeds(&o, 1, o.seeds);
	return t.failed != 0;
}
