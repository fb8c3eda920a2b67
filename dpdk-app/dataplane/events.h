// SPDX-License-Identifier: BSD-3-Clause
// --events FILE: writes each change of a line's state as a line of JSON.
#pragma once

#include <stdint.h>

#include <heartline/error.h>
#include <heartline/worker.h>

struct dataplane;
struct events;

struct events_counts {
	uint64_t written, lost; // lost: the file did not take them, or not in time
	int error;              // errno of the first write that failed; 0: none failed
};

// Open and empty the file, before anything starts. A FIFO needs a reader. 0, or -errno with a
// message.
int events_open(struct events **events, const char *path, struct hl_error *err);

// Never waits for the file: what does not fit is counted as lost. Control thread only.
void events_write(struct events *events, const struct dataplane *dp, const struct hl_event *list,
		  uint32_t n);

// Write what is buffered to the file.
void events_flush(struct events *events);

// The text for events_counts.error.
const char *events_error_text(int error);

// Write the rest, wait for a slow reader for a second at most, close the file and set *counts.
// events may be NULL.
void events_close(struct events *events, struct events_counts *counts);
