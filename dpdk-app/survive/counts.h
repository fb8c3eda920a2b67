// SPDX-License-Identifier: BSD-3-Clause
// What became of the state that a run has found, and of that which it writes.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/metrics.h>
#include <heartline/saved.h>

#define SURVIVE_WORDS_ROOM 160

struct survive_counts {
	uint64_t taken[HL_TAKEN_OUTCOMES]; // lines, by what became of them
	uint64_t gone;    // lines of the state that the configuration does not have
	uint64_t refused; // files: torn, damaged, of another format, not to be read
	bool found;       // there was state
	bool age_known;
	uint64_t age_ms;                // of the newest file
	uint64_t written, failed;       // times that all lines were to be written
	uint64_t failing;               // 1: the latest of them failed
	bool kept;                      // state was left at the end: a binding may be left
	char error[SURVIVE_WORDS_ROOM]; // the first reason why it could not; "": it always could
};

// As metrics; offset: in struct survive_counts. Ends with a NULL name.
extern const struct hl_metric survive_metrics[];

#define SURVIVE_TEXT_ROOM 512
// "9990 of 10000 lines taken up, written 2.3 s before; 10 register anew: 7 expired meanwhile, 3 not in it"
const char *survive_text(const struct survive_counts *counts, char text[SURVIVE_TEXT_ROOM]);
