// SPDX-License-Identifier: BSD-3-Clause
// What a run is expected to come to: the table of measures, and thresholds on them.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>

enum hl_measure_unit {
	HL_UNIT_SHARE, // percent
	HL_UNIT_TIME,  // microseconds
	HL_UNIT_COUNT,
	HL_UNIT_RATE, // a second
};

enum hl_bound { HL_AT_MOST, HL_AT_LEAST, HL_EXACTLY, HL_BOUNDS };

// Of a distribution; the last one is its largest value.
#define HL_MEASURE_QUANTILES 4
#define HL_MEASURE_SPAN(ROW, id, name, what) \
	ROW(id##_P50, name "_p50", TIME, AT_MOST, "half of them take no longer: " what) \
	ROW(id##_P99, name "_p99", TIME, AT_MOST, "99 of 100 take no longer: " what) \
	ROW(id##_P999, name "_p999", TIME, AT_MOST, "999 of 1000 take no longer: " what) \
	ROW(id##_MAX, name "_max", TIME, AT_MOST, "the longest one: " what)

// All that can be expected. A row is all that a new one needs, beside its case in report/measure.c: its
// key in the file, the list of `heartline keys`, messages and results follow from it.
//
// ROW(identifier, name, unit, what a threshold means without a word before it, what it is measured from)
#define HL_MEASURE_TABLE(ROW) \
	ROW(REGISTERED, "registered", SHARE, AT_LEAST, \
	    "lines that are registered at the end, of all lines that the run then has") \
	ROW(ON_PRIMARY, "on_primary", SHARE, AT_LEAST, "likewise, at the primary") \
	ROW(ON_BACKUP, "on_backup", SHARE, AT_LEAST, "likewise, at the backup") \
	ROW(FAILED_LINES, "failed_lines", COUNT, AT_MOST, \
	    "lines that were never registered although there was time, or lost the registration and " \
	    "did not get it back") \
	ROW(DOWN_LINES, "down_lines", COUNT, AT_MOST, "lines that were down at least once") \
	ROW(OUTAGE_TOTAL, "outage_total", TIME, AT_MOST, "the outages of all lines together") \
	ROW(OUTAGE_MAX, "outage_max", TIME, AT_MOST, "the longest outage of a line") \
	ROW(FAILOVERS, "failovers", COUNT, AT_MOST, \
	    "moves of lines from the primary to the backup") \
	ROW(RETURNS, "returns", COUNT, AT_MOST, "moves of lines back to the primary") \
	ROW(FLAPS, "flaps", COUNT, AT_MOST, "failovers of a line within 60 s of its return") \
	ROW(ANSWERED, "answered", SHARE, AT_LEAST, \
	    "requests that got a final answer, of those that were answered or given up") \
	ROW(TIMEOUTS, "timeouts", COUNT, AT_MOST, "requests given up without a final answer") \
	ROW(RETRANSMISSIONS, "retransmissions", COUNT, AT_MOST, "retransmissions of requests") \
	ROW(ERRORS, "errors", COUNT, AT_MOST, "answers 5xx and 6xx") \
	ROW(DROPS, "drops", COUNT, AT_MOST, \
	    "frames and messages that were received without effect, or lost on the way in or out") \
	ROW(LEFTOVERS, "leftovers", COUNT, AT_MOST, \
	    "bindings that could not be removed from the servers at the end of the run") \
	ROW(ACHIEVED, "achieved", SHARE, AT_LEAST, \
	    "the rate at which the lines first registered, of the rate that ramp and rate asked for") \
	ROW(REQUEST_RATE, "request_rate", RATE, AT_LEAST, \
	    "requests sent, first transmissions only") \
	ROW(ANSWER_RATE, "answer_rate", RATE, AT_LEAST, "requests that got a final answer") \
	HL_MEASURE_SPAN( \
		ROW, RTT, "rtt", \
		"from the first transmission of a request to its answer, retransmitted ones included") \
	HL_MEASURE_SPAN(ROW, DETECTION, "detection", \
			"from the first request that failed to giving up its server") \
	HL_MEASURE_SPAN(ROW, SWITCH, "switch", \
			"from giving up a server to the registration that ended the outage") \
	HL_MEASURE_SPAN(ROW, RETURN, "return", \
			"from the begin of a return to the registration at the primary") \
	HL_MEASURE_SPAN(ROW, LATENESS, "refresh_lateness", \
			"from when a refresh was due until its first REGISTER left")

enum hl_measure {
#define HL_MEASURE_ROW(id, ...) HL_MEASURE_##id,
	HL_MEASURE_TABLE(HL_MEASURE_ROW)
#undef HL_MEASURE_ROW
		HL_MEASURES,
};

// A threshold on a measure.
struct hl_expectation {
	enum hl_measure measure;
	enum hl_bound bound;
	double target; // percent, microseconds, a number, or a second, by the unit
};

struct hl_expectations {
	uint32_t n;
	struct hl_expectation of[HL_MEASURES]; // each measure once
};

/** "switch_p99" and so on. */
const char *hl_measure_name(enum hl_measure measure);
enum hl_measure_unit hl_measure_unit(enum hl_measure measure);
/** What it is measured from, for people. */
const char *hl_measure_meaning(enum hl_measure measure);

/** "at most" and so on. */
const char *hl_bound_name(enum hl_bound bound);

#define HL_MEASURE_ROOM 40
/** A value as people read it: "5.2 s", "99.98 %"; never rounded over a threshold. */
void hl_measure_text(enum hl_measure measure, double value, char out[HL_MEASURE_ROOM]);

/** Set one of them from "switch_p99=5s"; it replaces an earlier one. @return 0, -EINVAL */
int hl_expect_set(struct hl_expectations *expectations, const char *text, struct hl_error *err);
