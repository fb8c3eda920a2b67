// SPDX-License-Identifier: BSD-3-Clause
// Measures a part of a bench: its time and, when callgrind runs the bench, its instructions.
#pragma once

#include <stdint.h>

#include "bench.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else // built where valgrind is not installed: time only
#define RUNNING_ON_VALGRIND 0
#define CALLGRIND_TOGGLE_COLLECT
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(label) ((void)(label))
#endif

struct stopwatch {
	uint64_t started_ns; // monotonic
	uint64_t spent_ns;   // between all starts and stops
	uint64_t count;      // of what was done in that time; its user's
};

static inline void stopwatch_reset(struct stopwatch *watch)
{
	*watch = (struct stopwatch){ 0 };
	CALLGRIND_ZERO_STATS;
}

// The clock is read outside the part whose instructions are collected.
static inline void stopwatch_start(struct stopwatch *watch)
{
	watch->started_ns = bench_now_ns();
	CALLGRIND_TOGGLE_COLLECT;
}

static inline void stopwatch_stop(struct stopwatch *watch)
{
	CALLGRIND_TOGGLE_COLLECT;
	watch->spent_ns += bench_now_ns() - watch->started_ns;
}

static inline double stopwatch_ns_each(const struct stopwatch *watch)
{
	return (double)watch->spent_ns / (double)watch->count;
}

// Write the instructions since the reset to a file of callgrind's, for bench/instructions to read.
// kind: the row's name; lines: how many the rig had, 0: it had none.
void stopwatch_dump(const struct stopwatch *watch, const char *kind, uint64_t lines);
