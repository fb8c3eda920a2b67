// SPDX-License-Identifier: BSD-3-Clause
// The simulator; prints a line a check.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "changes.h"
#include "named.h"
#include "survive.h"
#include "world.h"

struct options {
	uint64_t seeds, seed;
	uint32_t day; // lines of a day; 0: none
	const char *name;
	uint32_t variant; // of the name, from 1 on; 0: all
	bool trace, plant;
	enum seeds { SEEDS_PLAIN, SEEDS_CHANGES, SEEDS_CHURN, SEEDS_SURVIVE } seeds_of;
};

struct totals {
	uint64_t runs, failed, frames, failovers, returns, epochs;
	uint64_t frames_hash, events_hash; // sums of those of the runs
	uint32_t most_a_minute;
	struct churn_counts churn;
	double virtual_s, slowest_s;
};

static double wall_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

// To see what a failure prints: a rule that no line can keep.
static void planted(struct world *world, const struct scenario *s)
{
	world_break(world, "line %u is as it should be, and this is a planted failure",
		    s->lines - 1);
}

// The same code, seed and scenario give the same frames and events: what two builds can be compared by.
static void print_hashes(const struct totals *t)
{
	printf("#   frames %016llx, events %016llx\n", (unsigned long long)t->frames_hash,
	       (unsigned long long)t->events_hash);
}

static void run(const struct options *o, struct scenario *s, struct totals *t)
{
	struct scenario_result result, *r = &result;
	double start = wall_s();

	if (o->plant)
		s->at_settled = planted;
	scenario_run(s, o->trace, r);
	double spent = wall_s() - start;
	t->runs++;
	t->failed += r->broken[0] != '\0';
	t->frames += r->frames;
	t->frames_hash += r->frames_hash;
	t->events_hash += r->events_hash;
	t->failovers += r->failovers;
	t->returns += r->returns;
	t->epochs += r->epochs;
	t->churn.added += r->churn.added;
	t->churn.again += r->churn.again;
	t->churn.removed += r->churn.removed;
	t->churn.late += r->churn.late;
	if (r->most_a_minute > t->most_a_minute)
		t->most_a_minute = r->most_a_minute;
	t->virtual_s += (double)r->virtual_ns / 1e9;
	if (spent > t->slowest_s)
		t->slowest_s = spent;
}

// One line for all variants of a scenario.
static void run_variants(const struct options *o, const struct named *named, struct totals *all)
{
	uint32_t n = named->variants ? named->variants : 1;
	struct totals t = { 0 };
	struct scenario s;

	for (uint32_t v = 0; v < n && t.failed == 0; v++) {
		if (o->variant && v != o->variant - 1)
			continue;
		scenario_plain(&s, named->name);
		named->make(&s, v);
		snprintf(s.title, sizeof(s.title), "%s, variant %u", s.name, v + 1);
		snprintf(s.replay, sizeof(s.replay), "--name %s --variant %u", s.name, v + 1);
		run(o, &s, &t);
	}
	if (t.failed == 0) {
		printf("ok - %s (%llu of it, %llu failovers, %llu returns)\n", named->name,
		       (unsigned long long)t.runs, (unsigned long long)t.failovers,
		       (unsigned long long)t.returns);
		print_hashes(&t);
	}
	all->failed += t.failed;
}

static bool run_named(const struct options *o, struct totals *t)
{
	const struct named *named;
	bool found = false;

	for (uint32_t k = 0; (named = scenario_named(k)); k++) {
		if (o->name && strcmp(o->name, named->name) != 0)
			continue;
		found = true;
		run_variants(o, named, t);
	}
	return found;
}

static const struct {
	void (*make)(struct scenario *s, uint64_t seed);
	const char *title, *option;
} kinds[] = {
	[SEEDS_PLAIN] = { scenario_random, "", "" },
	[SEEDS_CHANGES] = { scenario_changes, ", settings change", "--changes " },
	[SEEDS_CHURN] = { scenario_churn, ", lines come and go", "--churn " },
	[SEEDS_SURVIVE] = { scenario_survive, ", state survives", "--survive " },
};

// changes: of settings, in between.
static bool run_seeds(const struct options *o, uint64_t first, uint64_t last, enum seeds of)
{
	struct totals t = { 0 };
	struct scenario s;

	for (uint64_t seed = first; seed <= last; seed++) {
		kinds[of].make(&s, seed);
		snprintf(s.title, sizeof(s.title), "seed %llu%s", (unsigned long long)seed,
			 kinds[of].title);
		snprintf(s.replay, sizeof(s.replay), "%s--seed %llu", kinds[of].option,
			 (unsigned long long)seed);
		run(o, &s, &t);
		if (t.failed >= 10)
			break;
	}
	if (of == SEEDS_CHURN && last - first >= 9 && t.failed == 0 &&
	    (t.churn.again == 0 || t.churn.late == 0)) {
		printf("not ok - no number came back, or no answer was late: nothing was tested\n");
		t.failed++;
	}
	if (t.failed == 0) {
		printf("ok - seeds %llu..%llu%s: %llu frames, %llu failovers, %llu returns, "
		       "%llu epochs, at most %u REGISTERs of a line in a minute, "
		       "%.1f h of virtual time; slowest seed %.3f s\n",
		       (unsigned long long)first, (unsigned long long)last, kinds[of].title,
		       (unsigned long long)t.frames, (unsigned long long)t.failovers,
		       (unsigned long long)t.returns, (unsigned long long)t.epochs, t.most_a_minute,
		       t.virtual_s / 3600, t.slowest_s);
		if (of == SEEDS_CHURN)
			printf("#   %u lines added, %u of them with a number that was there before, %u "
			       "removed, %u answers too late for their line\n",
			       t.churn.added, t.churn.again, t.churn.removed, t.churn.late);
		print_hashes(&t);
	}
	return t.failed > 0;
}

static bool read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "seeds", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 's' },
		{ "name", required_argument, NULL, 'N' },
		{ "variant", required_argument, NULL, 'v' },
		{ "day", optional_argument, NULL, 'd' },
		{ "trace", no_argument, NULL, 't' },
		{ "plant", no_argument, NULL, 'p' },
		{ "changes", no_argument, NULL, 'c' },
		{ "churn", no_argument, NULL, 'C' },
		{ "survive", no_argument, NULL, 'S' },
		{ 0 },
	};
	int c;

	*o = (struct options){ .seeds = 500 };
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'n')
			o->seeds = strtoull(optarg, NULL, 10);
		else if (c == 's')
			o->seed = strtoull(optarg, NULL, 10);
		else if (c == 'N')
			o->name = optarg;
		else if (c == 'v')
			o->variant = (uint32_t)strtoul(optarg, NULL, 10);
		else if (c == 'd')
			o->day = optarg ? (uint32_t)strtoul(optarg, NULL, 10) : 100000;
		else if (c == 't')
			o->trace = true;
		else if (c == 'p')
			o->plant = true;
		else if (c == 'c')
			o->seeds_of = SEEDS_CHANGES;
		else if (c == 'C')
			o->seeds_of = SEEDS_CHURN;
		else if (c == 'S')
			o->seeds_of = SEEDS_SURVIVE;
		else
			return false;
	}
	return optind == argc;
}

// By itself, since it is as long as everything else together.
static int day(const struct options *o)
{
	double start = wall_s();
	bool passed = day_run(o->day);

	printf("#   %.1f s\n", wall_s() - start);
	return !passed;
}

int main(int argc, char **argv)
{
	struct options o;
	struct totals t = { 0 };

	if (!read_options(argc, argv, &o)) {
		fprintf(stderr,
			"usage: sim [--seeds N] [--seed K] [--name SCENARIO [--variant V]] "
			"[--changes | --churn | --survive] [--day[=LINES]] [--trace] [--plant]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (o.day)
		return day(&o);
	if (o.seed == 0 && o.seeds_of == SEEDS_PLAIN && !run_named(&o, &t)) {
		fprintf(stderr, "sim: no scenario is called %s\n", o.name);
		return 2;
	}
	if (o.name)
		return t.failed != 0;
	if (o.seed)
		return run_seeds(&o, o.seed, o.seed, o.seeds_of) || t.failed;
	if (o.seeds_of != SEEDS_PLAIN)
		return run_seeds(&o, 1, o.seeds, o.seeds_of);
	bool failed = run_seeds(&o, 1, o.seeds, SEEDS_PLAIN);
	failed |= run_seeds(&o, 1, (o.seeds + 3) / 4, SEEDS_CHANGES);
	failed |= run_seeds(&o, 1, (o.seeds + 3) / 4, SEEDS_CHURN);
	failed |= run_seeds(&o, 1, (o.seeds + 3) / 4, SEEDS_SURVIVE);
	failed |= !day_run(o.seeds < 500 ? 500 : 5000); // a small one; all of it is --day
	return failed || t.failed;
}
