// SPDX-License-Identifier: BSD-3-Clause
// What a run came to: figures, verdict, exit code.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>
#include <heartline/snapshot.h>

#include "dataplane/dataplane.h"
#include "dataplane/events.h"
#include "report/outcome.h"

// The gravest last.
enum verdict {
	VERDICT_OK,
	VERDICT_DEGRADED, // lines were down for longer than a switch may take
	VERDICT_FAILED,
	VERDICT_NOTHING,
	VERDICT_TIMED_OUT,
	VERDICTS,
};

struct report {
	struct hl_snapshot up;      // just before the drain
	struct hl_snapshot end;     // after it
	const struct dataplane *dp; // for names; it outlives the report
	const char *events_path;    // of --events; NULL: it was not given
	struct events_counts events;
	struct outcome outcome;       // of the lines, just before the drain
	uint64_t left_silent_primary; // times that lines left the primary after a time-out
	uint64_t leftovers;           // bindings that could not be removed
	uint64_t maybe_left;          // bindings that a server may hold: nobody knows
	double tx_full_ms;      // the device's transmit ring was full for so long on end, at most
	double lateness_p99_us; // of timers
	struct steering_result steering;
	double offered_rate, achieved_rate; // requests a second while the lines first registered
	bool timed_out;                     // the drain did not end
	bool phase_failed;                  // something else that was to happen did not (demo)
};

// Just before the drain: the lines as they are, and what became of them.
void report_lines(struct report *report, struct dataplane *dp, uint64_t now_ns);

// Of a data plane that was stopped: end, leftovers, losses. device_lost: what the device had no room for.
void report_close(struct report *report, struct dataplane *dp, uint64_t device_lost);

// Figures of the ramp: requests sent in so many ns, meant to take ramp_ms, at `rate` at most.
void report_rates(struct report *report, uint64_t requests, uint64_t took_ns, uint64_t ramp_ms,
		  uint64_t rate);

// Was the generator, not the server, the limit? Then the figures say little about the server.
bool report_generator_limited(const struct report *report);

#define LIMITS_ROOM 512
// By what, with counts; empty: it was not.
void report_limits_text(const struct report *report, char text[LIMITS_ROOM]);

void report_free(struct report *report);

// Write as JSON; "-" is stdout.
int summary_write(const struct report *report, const char *path, struct hl_error *err);

// See early that the file can be written, before a run is spent on it.
int summary_check(const char *path, struct hl_error *err);
