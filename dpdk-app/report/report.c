// SPDX-License-Identifier: BSD-3-Clause
// Collects the facts of a run, and tells whether the generator was the limit.

#include "report/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "history/history.h"
#include "trace/trace.h"

// When one timer in a hundred is later than this, replies are measured late as well.
#define LATE_US 10000.0
// Frames that waited longer for a full device were sent late.
#define FULL_MS 10.0
// One in so many: of probes, those that left late; of requests, those of the rate that were missed beside them.
#define DELAYED_SHARE 100
#define MISSED_SHARE 100

void report_lines(struct report *report, struct dataplane *dp, uint64_t now_ns)
{
	dataplane_snapshot(dp, &report->up);
	outcome_take(&report->outcome, dp, now_ns);
}

// Lines are as they were before the drain; what was counted is as the rest of the report has it.
static void expectations_judge(struct report *r)
{
	const struct measured m = {
		.end = &r->end,
		.lines = &r->up,
		.outcome = &r->outcome,
		.down = { r->outcome.ever_down, r->outcome.down_ms, r->outcome.worst.ms },
		.took_ns = r->took_ns,
		.offered_rate = r->offered_rate,
		.achieved_rate = r->achieved_rate,
		.leftovers = r->leftovers,
	};

	if (r->expect)
		expected_judge(&r->expected, r->expect, &m);
}

void report_close(struct report *report, struct dataplane *dp, uint64_t device_lost)
{
	report->dp = dp;
	dataplane_events(dp);
	report->left_silent_primary = dp->left_silent_primary;
	if (dp->events)
		events_close(dp->events, &report->events);
	dp->events = NULL;
	history_close(dp->history, &report->history);
	dp->history = NULL;
	trace_close(dp->trace, &report->trace);
	dp->trace = NULL;
	dataplane_snapshot(dp, &report->end);
	report->events.lost += report->end.limits[HL_LIMIT_EVENTS_LOST];
	report->history.lost += report->end.limits[HL_LIMIT_EVENTS_LOST];
	dataplane_limits(dp, report->end.limits);
	report->end.limits[HL_LIMIT_RX_MISSED] += device_lost;
	report->leftovers = dataplane_leftovers(dp);
	report->maybe_left = dataplane_maybe_left(dp);
	report->tx_full_ms = dataplane_tx_full_ms(dp);
	steering_report(&dp->steering, dp->handoff, &report->steering);
	report->lateness_p99_us = dataplane_lateness_us(dp, 0.99); // NAN when no timer ran
	if (isnan(report->lateness_p99_us))
		report->lateness_p99_us = 0;
	expectations_judge(report);
}

void report_free(struct report *report)
{
	outcome_free(&report->outcome);
	free(report->phases);
	report->phases = NULL;
	report->n_phases = 0;
	free(report->course);
	report->course = NULL;
}

void report_rates(struct report *report, uint64_t requests, uint64_t took_ns, uint64_t ramp_ms,
		  uint64_t rate)
{
	report->achieved_rate = took_ns ? (double)requests * 1e9 / (double)took_ns : 0;
	report->offered_rate =
		ramp_ms ? (double)requests * 1e3 / (double)ramp_ms
			: report->achieved_rate; // without a ramp: as fast as possible
	if (rate && (report->offered_rate > (double)rate || ramp_ms == 0))
		report->offered_rate = (double)rate;
}

// Lines that were still to register when the run ended excuse no missed expectation.
static bool is_starting_missed(const struct report *r)
{
	return r->outcome.starting && expected_count(&r->expected, EXPECTED_MISSED);
}

// Then lines that wait for the rate are what was asked for.
static bool rate_is_load(const struct report *r)
{
	return r->find || (r->config && hl_phases_set_rate(r->config));
}

// Does this limit alone show that the generator was too slow? The others only say how close it was.
static bool limit_decides(const struct report *r, enum hl_limit limit)
{
	const struct hl_snapshot *s = &r->end;

	switch (limit) {
	case HL_LIMIT_RATE_LIMITED:
		return s->limits[limit] && (r->outcome.never || is_starting_missed(r));
	case HL_LIMIT_RATE_MISSED:
		return s->limits[limit] > hl_all_methods(s->requests) / MISSED_SHARE;
	case HL_LIMIT_DELAYED:
		return !rate_is_load(r) &&
		       s->limits[limit] > s->requests[HL_OPTIONS] / DELAYED_SHARE;
	case HL_LIMIT_TX_FULL:
		return r->tx_full_ms > FULL_MS;
	case HL_LIMIT_UNRESOLVED_LOST:
	case HL_LIMIT_SLOW_FULL:
	case HL_LIMIT_HANDOFF_DROPPED:
	case HL_LIMIT_RX_MISSED:
	case HL_LIMIT_TX_DROPPED:
	case HL_LIMIT_NO_BUFFER:
	case HL_LIMIT_STALLS:
		return s->limits[limit];
	case HL_LIMIT_UNRESOLVED:
	case HL_LIMIT_NO_LEASE:
	case HL_LIMIT_LINK_DOWN:
	case HL_LIMIT_BURST_FULL:
	case HL_LIMIT_LATE:
	case HL_LIMIT_EVENTS_LOST:
	case HL_LIMITS:
		break;
	}
	return false;
}

static bool timers_late(const struct report *r)
{
	return r->lateness_p99_us > LATE_US;
}

bool report_generator_limited(const struct report *r)
{
	bool limited = timers_late(r);

	for (unsigned limit = 0; limit < HL_LIMITS; limit++)
		limited |= limit_decides(r, limit);
	return limited;
}

static void append(char text[LIMITS_ROOM], size_t *len, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void append(char text[LIMITS_ROOM], size_t *len, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(text + *len, LIMITS_ROOM - *len, format, args);
	va_end(args);
	*len += n > 0 ? (size_t)n : 0;
	if (*len >= LIMITS_ROOM)
		*len = LIMITS_ROOM - 1;
}

void report_limits_text(const struct report *r, char text[LIMITS_ROOM])
{
	size_t len = 0;

	text[0] = 0;
	for (unsigned limit = 0; limit < HL_LIMITS; limit++)
		if (limit_decides(r, limit))
			append(text, &len, "%s%" PRIu64 " %s", len ? ", " : "",
			       r->end.limits[limit], hl_limit_text(limit));
	if (timers_late(r))
		append(text, &len, "%s1 %% of the timers more than %.1f ms late", len ? ", " : "",
		       r->lateness_p99_us / 1000);
}
