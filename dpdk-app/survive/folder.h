// SPDX-License-Identifier: BSD-3-Clause
// The folder of a run's state: one run at a time, one file a worker and run.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>

#include "base/user.h"

struct state_folder {
	char *path;
	int fd, lock; // -1: not open
	uint64_t run; // the number of this run: above all that the folder knows
	bool is_ours; // it holds nothing but state
};

#define STATE_NAME_ROOM 64

// Make it if there is none, and keep every other run out of it. 0; -errno with a message that says "state_dir".
int state_folder_open(struct state_folder *folder, const char *path, struct hl_error *err);
void state_folder_close(struct state_folder *folder);

// "run-7-worker-0.state"
void state_folder_name(const struct state_folder *folder, unsigned worker,
		       char name[STATE_NAME_ROOM]);

// Call `found` with each file of state. Its first result that is not 0 ends it, and is returned.
int state_folder_each(const struct state_folder *folder,
		      int (*found)(void *context, const char *name), void *context);

// Remove what other runs have left; with `own` what this one has, too.
void state_folder_clear(const struct state_folder *folder, bool own);

// What this run has made becomes the user's; the folder as well, when nothing else is in it.
int state_folder_give(const struct state_folder *folder, const struct user *user,
		      struct hl_error *err);
