// SPDX-License-Identifier: BSD-3-Clause
// One harness for all benches: options, repetitions, medians, a line for people or one JSON object.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct bench_options {
	bool json, smoke;  // smoke: as short as possible, only to see that it runs
	bool vlan;         // frames carry a tag: worker, register
	bool ipv6;         // likewise
	bool instructions; // count them, see bench/instructions, which prints them
	unsigned repetitions;
	uint64_t lines; // 0: the bench's own sweep
};

struct bench {
	const char *name, *what;
	int (*run)(const struct bench_options *options);
};

extern const struct bench bench_worker, bench_register, bench_scan, bench_memory, bench_answer;
extern const struct bench bench_startup, bench_timers, bench_churn, bench_failover;
extern const struct bench bench_scale;

static inline uint64_t bench_clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline uint64_t bench_now_ns(void)
{
	return bench_clock_ns(CLOCK_MONOTONIC);
}

// Median of n values; sorts them.
double bench_median(double *values, unsigned n);

// One JSON object a bench: its name and the machine, then the caller's keys, each with ", " before
// it. Of a sweep: the keys at the row of 1,000,000 lines, or at its last one, then "results": [...]
// with the same keys in each row.
void bench_json_open(const char *name);
void bench_json_close(void);
