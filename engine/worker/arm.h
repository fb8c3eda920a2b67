// SPDX-License-Identifier: BSD-3-Clause
// One wheel entry a line, at its earliest deadline; and the ring of lines that wait to send.
#pragma once

#include "worker/worker.h"

// False: the line has no deadline.
bool arm_deadline(const struct line *l, uint32_t *at);
void line_arm(struct hl_worker *w, uint32_t i);

void ready_push(struct hl_worker *w, uint32_t i);
uint32_t ready_count(const struct hl_worker *w);
