// SPDX-License-Identifier: BSD-3-Clause
// How many lines are registered at each server of each profile, counted in slices.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/metrics.h>

#include "dataplane/dataplane.h"

struct server_lines {
	uint64_t registered; // there, now
	uint64_t locked;     // of them, those that an operator keeps there
	uint64_t failing;    // lines whose latest probe it did not answer; primaries only
};

struct server_count {
	uint32_t next;              // line to look at
	struct server_lines *lines; // by profile * HL_SERVERS + enum hl_server; the caller's, zero
};

// One slice. @return true: all lines were counted
bool server_count_step(struct server_count *count, const struct dataplane *dp);

// What is counted, as metrics; offset: in struct server_lines. Ends with a NULL name.
extern const struct hl_metric server_metrics[];
