// SPDX-License-Identifier: BSD-3-Clause
// The report of a run: figures, verdict, exit code.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>
#include <heartline/error.h>
#include <heartline/registrar.h>
#include <heartline/snapshot.h>

#include "dataplane/dataplane.h"
#include "dataplane/events.h"
#include "history/counts.h"
#include "report/expected.h"
#include "report/find.h"
#include "report/outcome.h"
#include "report/phase.h"
#include "report/run_course.h"
#include "survive/counts.h"
#include "trace/counts.h"

// The most serious last.
enum verdict {
	VERDICT_OK,
	VERDICT_DEGRADED, // lines were down for longer than a switch may take
	VERDICT_FAILED,
	VERDICT_NOTHING,
	VERDICT_TIMED_OUT,
	VERDICTS,
};

struct report {
	struct hl_snapshot up;                // just before the drain
	struct hl_snapshot end;               // after it
	const struct dataplane *dp;           // for names; must outlive the report
	const struct hl_config *config;       // likewise
	const char *source;                   // the file that it was read from; NULL: flags
	struct run_course *course;            // of the whole run
	const struct hl_registrar *registrar; // in this process; NULL: there is none
	const char *events_path;              // of --events; NULL when it was not given
	struct events_counts events;
	const char *history_path; // NULL: there is no history
	struct history_counts history;
	const char *pcap_path; // NULL: nothing is captured
	const char *hep;       // NULL: there is no collector
	struct trace_counts trace;
	const char *state_dir; // NULL: no state survives
	struct survive_counts state;
	struct outcome outcome; // of the lines, just before the drain
	uint64_t took_ns;       // from the start of the lines until then; 0: they were not started
	const struct hl_expectations *expect; // NULL: nothing is expected
	struct expected_list expected;        // what became of it
	struct phase_report *phases;          // freed with the report
	uint32_t n_phases;
	const struct find_report *find; // NULL: no search
	uint64_t left_silent_primary;   // times that lines left the primary after a time-out
	uint64_t leftovers;             // bindings that could not be removed
	uint64_t maybe_left;    // bindings of which nobody knows whether a server holds them
	double tx_full_ms;      // the longest time on end that the device's transmit ring was full
	double lateness_p99_us; // of timers
	struct steering_result steering;
	double offered_rate, achieved_rate; // requests a second while the lines first registered
	uint32_t pauses;                    // by an operator: no new probes, no new registrations
	uint64_t paused_ms;
	uint32_t link_downs; // of all ports
	uint64_t link_down_ms;
	bool link_is_down; // one of them, at the end
	bool timed_out;    // the drain did not end in time
	bool phase_failed; // a phase of the demo failed
};

// Call it just before the drain: notes the state of all lines, and what became of them.
void report_lines(struct report *report, struct dataplane *dp, uint64_t now_ns);

// Complete the report of a data plane that was stopped. device_lost: frames that the device had no
// room for.
void report_close(struct report *report, struct dataplane *dp, uint64_t device_lost);

// Set the rates of the ramp: so many requests were sent in took_ns; they were meant to take
// ramp_ms, at `rate` per second at most.
void report_rates(struct report *report, uint64_t requests, uint64_t took_ns, uint64_t ramp_ms,
		  uint64_t rate);

// Was the generator the limit, and not the server? Then the figures say little about the server.
bool report_generator_limited(const struct report *report);

#define LIMITS_ROOM 512
// What limited the generator, with counts; empty when it was not the limit.
void report_limits_text(const struct report *report, char text[LIMITS_ROOM]);

void report_free(struct report *report);

// Write the report as JSON to a file; "-" is stdout.
int summary_write(const struct report *report, const char *path, struct hl_error *err);

// Check early that the file of an option can be written, before a long run is wasted.
int result_check(const char *option, const char *path, struct hl_error *err);
