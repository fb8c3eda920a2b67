// SPDX-License-Identifier: BSD-3-Clause
// State that survives the run: taken up at the start, written again and again, removed at a clean end
// (FAILOVER.md section 8). A disk that is full or hangs never makes the control thread wait.
#pragma once

#include <stdint.h>

#include <heartline/config.h>
#include <heartline/saved.h>

#include "base/control_loop.h"
#include "base/user.h"
#include "survive/counts.h"

struct survive;

// Lock the folder and read what is in it. Without a state_dir *survive is NULL, which all of these take.
// 0, or -errno with a message.
int survive_open(struct survive **survive, const struct hl_config *config, struct hl_error *err);

// What the plan is to be made with; NULL: nothing.
const struct hl_saved *survive_saved(const struct survive *survive);

// Once servers are known, and before the workers run: let lines go on, and write the first files.
void survive_take_up(struct survive *survive, struct hl_worker *const workers[], unsigned n_workers,
		     uint64_t spread_ms);

// Begin to write. Call it where the threads of the run have their processors already.
int survive_start(struct survive *survive, struct control_loop *loop, struct hl_error *err);

// What was made as root becomes the user's. 0; -errno with a message that begins with "user: ".
int survive_give(const struct survive *survive, const struct user *user, struct hl_error *err);
// Can whoever the process has become go on with it?
int survive_check(const struct survive *survive, const struct user *user, struct hl_error *err);

void survive_count(const struct survive *survive, struct survive_counts *counts);

// The workers have stopped. bound: bindings that may be left; when there are none the state is removed, else it
// is written once more.
#define SURVIVE_END_MS 5000
void survive_end(struct survive *survive, uint64_t bound);
void survive_close(struct survive *survive);
