// SPDX-License-Identifier: BSD-3-Clause
// What a phase does: commands of heartline ctl, programs, faults of a registrar.
#pragma once

#include "report/phase.h"
#include "session/run.h"

// Is it something that a phase can do? -EINVAL, -errno with a message.
int phase_action_check(const struct hl_action *action, struct hl_error *err);

// Do it, and wait until it is done; Ctrl-C so many times ends that. PHASE_OK, PHASE_FAILED with `why`, or
// PHASE_STOPPED.
enum phase_end phase_act(struct run *run, const struct hl_action *action, int stops,
			 char why[PHASE_WHY_ROOM]);
