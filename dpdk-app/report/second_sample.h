// SPDX-License-Identifier: BSD-3-Clause
// The figures of one second of a run, or of several that were joined, and how they stand in JSON.
#pragma once

#include <stdint.h>

#include <jansson.h>

struct second_sample {
	uint64_t at_ms; // its end: since 1970, by the clock on the wall
	uint64_t requests, answers, retransmissions;
	double rtt_p50_us, rtt_p99_us; // NAN: nothing was answered
	uint32_t on_primary, on_backup;
	uint32_t down, moving; // down or parked; registering or moving to the backup
};

// An array of their names, and the same order of numbers. With a name for each number an hour would be a
// megabyte.
json_t *second_columns(void);
json_t *second_row(const struct second_sample *sample);
