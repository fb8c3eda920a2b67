// SPDX-License-Identifier: BSD-3-Clause
// A line goes on where an earlier run has left it (FAILOVER.md section 8).
#pragma once

#include "worker/worker.h"

struct saved_line;

struct restoring {
	bool age_known;
	uint64_t age_ms;    // of the file: since the moment from which its times count
	uint64_t spread_ns; // refreshes that are overdue are spread over it
};

// Before the worker runs; the line is off. Its numbers rise from what they may have been, whatever comes of its
// registration.
enum hl_taken restore_line(struct hl_worker *w, uint32_t i, const struct saved_line *saved,
			   const struct restoring *r);
