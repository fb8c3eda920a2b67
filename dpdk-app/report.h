// SPDX-License-Identifier: BSD-3-Clause
// What a run came to: figures, verdict, exit code.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <heartline/error.h>
#include <heartline/snapshot.h>

#include "crew.h"

enum verdict { VERDICT_OK, VERDICT_FAILED, VERDICT_TIMED_OUT, VERDICT_NOTHING };

struct report {
	struct hl_snapshot up;  // just before the drain
	struct hl_snapshot end; // after it
	uint64_t leftovers;     // bindings that could not be removed
	uint64_t not_expected;  // lines that need not be registered, since the run was cut short
	uint64_t lost, stalls;  // of the generator: frames, rounds that hung
	uint64_t tx_full;       // polls that found the device's transmit ring full
	double tx_full_ms;      // for so long on end, at most
	double lateness_p99_us; // of timers
	struct steering_result steering;
	double offered_rate, achieved_rate; // requests a second while the lines first registered
	bool timed_out;                     // the drain did not end
	bool phase_failed;                  // something else that was to happen did not (demo)
};

// Of a crew that was stopped: end, leftovers, losses. device_lost: what the device had no room for.
void report_close(struct report *report, struct crew *crew, uint64_t device_lost);

// Figures of the ramp: requests sent in so many ns, meant to take ramp_ms, at `rate` at most.
void report_rates(struct report *report, uint64_t requests, uint64_t took_ns, uint64_t ramp_ms,
		  uint64_t rate);

enum verdict report_verdict(const struct report *report);
const char *verdict_name(enum verdict verdict);
int verdict_exit_code(enum verdict verdict);

// Was the generator, not the server, the limit? Then the figures say little about the server.
bool report_generator_limited(const struct report *report);

// Says on `to` why, when it was, and whether a transmit ring was full.
void report_limits_print(const struct report *report, FILE *to);

// A few lines for a person, on stderr.
void report_print(const struct report *report);

// Write as JSON; "-" is stdout.
int summary_write(const struct report *report, const char *path, struct hl_error *err);

// See early that the file can be written, before a run is spent on it.
int summary_check(const char *path, struct hl_error *err);
