// SPDX-License-Identifier: BSD-3-Clause
// What became of the lines over a whole run: counts, the longest outage, the lines that failed.
#pragma once

#include <stdint.h>

#include <heartline/state.h>
#include <heartline/worker.h>

struct dataplane;

struct outage {
	uint64_t ms, allowed_ms; // how long, and the worst case of a switch by the line's profile
	uint32_t line;
};

// A line that failed, as it was before the drain.
struct failed_line {
	uint32_t line;
	uint16_t code; // why: a status, or enum hl_local_code
	uint8_t state; // enum hl_line_state
	bool never;    // it was never registered
};

struct outcome {
	uint64_t never;       // were never registered, though there was enough time
	uint64_t not_started; // were never registered, because the ramp had not reached them
	uint64_t disabled;    // by an operator, who ordered that they be registered nowhere
	uint64_t starting;    // likewise, because their first attempt had not timed out yet
	uint64_t lost;      // were registered, and have not been for longer than a switch may take
	uint64_t switching; // are between two servers, for no longer than a switch may take
	uint64_t ever_down;
	uint64_t too_long; // were down at least once for longer than a switch may take
	uint64_t down_ms;  // sum of all outages of all lines
	struct outage worst;
	struct outage worst_too_long;
	struct failed_line *failed; // never and lost, by line
	uint64_t n_failed;
	uint64_t failed_room;
};

// Add one line. Lines must come in ascending order. Without memory a failed line is counted but not
// listed.
void outcome_add(struct outcome *outcome, uint32_t line, const struct hl_state *state,
		 const struct hl_line_account *account);

// Add all lines of a data plane, which may be running.
void outcome_take(struct outcome *outcome, const struct dataplane *dp, uint64_t now_ns);

void outcome_free(struct outcome *outcome);
