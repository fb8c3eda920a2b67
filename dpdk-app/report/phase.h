// SPDX-License-Identifier: BSD-3-Clause
// What came of a phase of a run.
#pragma once

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "report/expected.h"

enum phase_end {
	PHASE_OK,
	PHASE_MISSED,      // an expectation of it
	PHASE_NOT_REACHED, // what it waits for
	PHASE_FAILED,      // something that it was to do
	PHASE_STOPPED,     // by Ctrl-C
	PHASE_SKIPPED,     // after one that failed
	PHASE_ENDS,
};

#define PHASE_WHY_ROOM 360

struct phase_report {
	const char *name;
	const char *rate; // that it set, as in the file; NULL: none
	enum phase_end end;
	char why[PHASE_WHY_ROOM]; // unless it is ok or skipped
	// Lines at its end; what was counted in it.
	uint64_t on_primary, on_backup, down, requests;
	uint64_t took_ms;
	double p50_us, p99_us; // NAN: no request was answered
	struct expected_list expected;
};

// "ok", "not reached", ...
const char *phase_end_name(enum phase_end end);

// A table of all phases, and the expectations of each.
void phases_print(const struct phase_report *phases, uint32_t n, FILE *to);

json_t *phases_array(const struct phase_report *phases, uint32_t n);
