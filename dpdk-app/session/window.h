// SPDX-License-Identifier: BSD-3-Clause
// A part of a run: what was counted in it, and how long each line was down in it.
#pragma once

#include <stdint.h>

#include <heartline/snapshot.h>

#include "report/measure.h"

struct run;

struct window {
	const struct run *run;
	uint64_t begin_ns;
	struct hl_snapshot begin, now;
	struct outcome outcome;
	uint32_t *down_ms; // by line, at the begin
	uint32_t n_lines;
};

// *window is zero, or was used and is used again. -ENOMEM with a message.
int window_begin(struct window *window, const struct run *run, struct hl_error *err);

// What is measured so far, without what takes a walk over all lines' accounts. The pointers in *measured are
// good until the next call.
void window_look(struct window *window, struct measured *measured);

// All of it.
void window_end(struct window *window, struct measured *measured);

void window_free(struct window *window);
