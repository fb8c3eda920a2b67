// SPDX-License-Identifier: BSD-3-Clause
// What alerts look at, out of counts of lines and of what was counted a minute ago.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>
#include <heartline/snapshot.h>

#define FIGURES_WINDOW_S 60

// Lines that are switched on.
struct figure_lines {
	uint64_t all, down,
		unanswered; // of all: registered nowhere; whose latest probe had no answer
};

// Counters that only grow.
struct figure_counters {
	uint64_t flaps, failovers, registrations, failed_registrations;
};

struct figures {
	struct figure_lines *lines; // by profile
	uint32_t n_profiles;
	struct figure_counters
		seconds[FIGURES_WINDOW_S + 1]; // a ring: now, and a minute of them before
	uint64_t n_seconds;                    // ever
};

// A line of a profile, while they are counted anew.
void figure_count(struct figure_lines *lines, const struct hl_state *state);

// A second is over.
void figures_second(struct figures *figures, const struct hl_snapshot *snapshot);

// NAN: there was nothing to look at.
double figure_value(const struct figures *figures, const struct hl_alert *alert);
