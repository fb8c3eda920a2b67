// SPDX-License-Identifier: BSD-3-Clause
// --events FILE: each change of a line's state as a line of JSON.
#pragma once

#include <stdint.h>

#include <heartline/error.h>
#include <heartline/worker.h>

struct dataplane;
struct events;

struct events_counts {
	uint64_t written, lost; // lost: the file took them not, or too late
	int error;              // errno of the first write that failed; 0: none did
};

// Open the file, before anything starts; it is emptied. A FIFO needs a reader. Returns 0, or a negative
// errno with a message.
int events_open(struct events **events, const char *path, struct hl_error *err);

// Control thread. Never waits for the file: what does not fit is counted.
void events_write(struct events *events, const struct dataplane *dp, const struct hl_event *list,
		  uint32_t n);

// Give what is buffered to the file.
void events_flush(struct events *events);

// What stands for `error`, in words.
const char *events_error_text(int error);

// Write the rest, wait for a slow reader for a second at most, and count. NULL: nothing.
void events_close(struct events *events, struct events_counts *counts);
