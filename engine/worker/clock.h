// SPDX-License-Identifier: BSD-3-Clause
// The worker's time: ticks of its wheel, coarse times that do not come round, stamps of requests.
#pragma once

#include "worker/worker.h"

// A clock that leaps, as that of a suspended machine, would leave deadlines of 32 bits behind and turn
// them into the future. Past the longest time ahead that may be armed all of them are due: the rest of
// such a leap never was, for the wheel.
#define LEAP_MAX (TICK_NEVER_AHEAD + TICK_NEVER_AHEAD / 8)
static inline void clock_set(struct hl_worker *w, uint64_t now_ns)
{
	uint64_t tick = tick_of_ns(now_ns) - w->skipped;

	if (__builtin_expect((int64_t)(tick - w->tick) > (int64_t)LEAP_MAX, 0)) {
		w->skipped += tick - w->tick - LEAP_MAX;
		tick = w->tick + LEAP_MAX;
	}
	w->now_ns = now_ns;
	w->tick = tick;
	w->now = (uint32_t)tick;
}

// A clock that does not come round while a worker lives: 2^27 ns (134 ms), for 18 years.
#define COARSE_SHIFT 27
static inline uint32_t coarse_of(const struct hl_worker *w, uint64_t now_ns)
{
	uint64_t coarse = (now_ns - w->options.start_ns) >> COARSE_SHIFT;

	return coarse < UINT32_MAX ? (uint32_t)coarse : UINT32_MAX;
}

// When a span from now on is over, at the earliest.
static inline uint32_t coarse_after(const struct hl_worker *w, uint64_t span_ns)
{
	return coarse_of(w, w->now_ns + span_ns + (1u << COARSE_SHIFT) - 1);
}

// When a request left: steps of 256 ns, which come around after 1,099 s. No time-out is as long.
#define STAMP_SHIFT 8
static inline uint32_t clock_stamp(const struct hl_worker *w)
{
	return (uint32_t)(w->now_ns >> STAMP_SHIFT);
}

// Ticks from now until then.
static inline uint32_t coarse_ticks(const struct hl_worker *w, uint32_t until)
{
	uint64_t end_ns = w->options.start_ns + ((uint64_t)until << COARSE_SHIFT);

	return end_ns > w->now_ns ? tick_span_ns(end_ns - w->now_ns) : 0;
}
