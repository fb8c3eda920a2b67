// SPDX-License-Identifier: BSD-3-Clause
// How far long work is, as one line that is written anew in its place: on a terminal only, never in a pipe or
// a file. One for a process, on the control thread.
#pragma once

#include <stdint.h>

// From here on it is shown, where stderr is a terminal that can do that.
void progress_allow(void);

// Work begins, of so many parts. What ends quickly is never shown.
void progress_begin(const char *what, uint64_t total);
// So many are done. May be called often: it writes a few times a second, and never waits for the terminal.
void progress_note(uint64_t done);
// The line is taken away.
void progress_end(void);

#define PROGRESS_ROOM 96
// "registering: 43 %, 430,000 of 1,000,000, 7 s left".
const char *progress_text(const char *what, uint64_t done, uint64_t total, uint64_t spent_ns,
			  char out[PROGRESS_ROOM]);
