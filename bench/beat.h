// SPDX-License-Identifier: BSD-3-Clause
// When each line's probe was due by its own deadline, read from the worker's lines, and how much later
// things happened.
#pragma once

#include "rig.h"

struct beat {
	const struct rig *rig;
	uint32_t *due; // by line: tick of the latest probe, or of the one to come
};

struct beat beat_new(const struct rig *rig); // all lines registered
void beat_free(struct beat *beat);

// Line of a frame that the worker wrote, or of one that it is to take; -1: none.
int64_t beat_line_sent(const struct beat *beat, const struct hl_packet *pkt);
int64_t beat_line_received(const struct beat *beat, const struct hl_packet *pkt);
bool beat_is_probe(const struct hl_packet *pkt);

// The line's probe was answered: its next deadline.
void beat_answered(struct beat *beat, uint32_t line);

// The deadline of the latest probe that was or will be sent, in the time of now_ns.
uint64_t beat_due_ns(const struct beat *beat, uint32_t line, uint64_t now_ns);

// Samples of a time, to be sorted.
struct samples {
	int64_t *ns;
	uint64_t n, room;
};

struct samples samples_new(uint64_t room);
void samples_free(struct samples *samples);
void samples_add(struct samples *samples, int64_t ns);
void samples_sort(struct samples *samples);
int64_t samples_quantile(const struct samples *samples, double q); // sorted ones
