// SPDX-License-Identifier: BSD-3-Clause
// What the failover machine asked for, done by the line's roles.
#pragma once

#include "worker/worker.h"

// actions: enum failover_action.
void line_act(struct hl_worker *w, uint32_t i, uint32_t actions);
// A registration in REG_P or SW_B that waited for its turn (switch_spread, server_rate).
void act_turn(struct hl_worker *w, uint32_t i);
// The same until the pause is over.
void act_wait_for_resume(struct hl_worker *w, uint32_t i);
// Let the switch to B wait for a random part of switch_spread.
void act_spread_switch(struct hl_worker *w, uint32_t i);
