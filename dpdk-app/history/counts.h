// SPDX-License-Identifier: BSD-3-Clause
// What became of the changes that a history was given.
#pragma once

#include <stdint.h>

#include <heartline/metrics.h>

#define HISTORY_WORDS_ROOM 160

struct history_counts {
	uint64_t written,
		lost;     // lost: there was no room for them while the file could not be written
	uint64_t failing; // 1: it cannot be written now
	char error[HISTORY_WORDS_ROOM]; // the first reason why it could not; "": it always could
};

// As metrics; offset: in struct history_counts. Ends with a NULL name.
extern const struct hl_metric history_metrics[];
